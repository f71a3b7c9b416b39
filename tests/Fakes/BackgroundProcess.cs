using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace DotProxy.Tests.Fakes;

/// <summary>A program that runs beside a test: its lines are kept and can be waited for, and it is gone when the test is.</summary>
internal sealed class BackgroundProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly SemaphoreSlim _lineCame = new(0);

    public BackgroundProcess(string command, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach ((string key, string value) in environment ?? new Dictionary<string, string>()) start.Environment[key] = value;
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public string Output => string.Join('\n', _lines);

    public StreamWriter Input => _process.StandardInput;

    /// <summary>The first line that holds the text, past or to come.</summary>
    public async Task<string> WaitForLineAsync(string text)
    {
        using var limit = new CancellationTokenSource(s_limit);
        while (true)
        {
            if (_lines.FirstOrDefault(line => line.Contains(text, StringComparison.Ordinal)) is { } found) return found;
            try
            {
                await _lineCame.WaitAsync(TimeSpan.FromMilliseconds(200), limit.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"'{text}' was not printed; this was:\n{Output}");
            }
            if (_process.HasExited && _lines.All(line => !line.Contains(text, StringComparison.Ordinal)) && _lineCame.CurrentCount == 0)
            {
                await _process.WaitForExitAsync(limit.Token);
                if (_lines.All(line => !line.Contains(text, StringComparison.Ordinal)))
                    throw new InvalidOperationException($"it ended with {_process.ExitCode} before it printed '{text}':\n{Output}");
            }
        }
    }

    /// <summary>Sends a signal by its name. The shell's own command does it: a minimal system has no other.</summary>
    public async Task SignalAsync(string name)
    {
        Tool.Result sent = await Tool.RunAsync("sh", "-c", string.Create(CultureInfo.InvariantCulture, $"kill -{name} {_process.Id}"));
        Assert.True(sent.ExitCode == 0, sent.Output);
    }

    /// <summary>Waits for it to end by itself, and for its last lines.</summary>
    public async Task<int> WaitForExitAsync()
    {
        using var limit = new CancellationTokenSource(s_limit);
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _lineCame.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is null) return;
        _lines.Enqueue(line);
        _lineCame.Release();
    }
}
