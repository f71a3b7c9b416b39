using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace DotProxy.Telemetry;

/// <summary>
/// Writes log lines to a stream from a task of its own, so that a reader who stalls standard output stalls no query. Lines that
/// do not fit into its bound are dropped, and their number is said in the next one.
/// </summary>
internal sealed class LogWriter : ILogger, IAsyncDisposable
{
    private const int Capacity = 1024;

    private readonly Channel<byte[]> _lines = Channel.CreateBounded<byte[]>(Capacity);
    private readonly Stream _output;
    private readonly LogLevel _minimum;
    private readonly LogFormatter _formatter;
    private readonly Task _drain;
    private int _dropped;

    /// <summary>The writer does not own <paramref name="output"/>.</summary>
    public LogWriter(Stream output, LogLevel minimum, bool asJson, TimeProvider time)
    {
        _output = output;
        _minimum = minimum;
        _formatter = new LogFormatter(asJson, time);
        _drain = DrainAsync();
    }

    public bool IsEnabled(LogLevel logLevel) => logLevel >= _minimum && logLevel != LogLevel.None;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel)) return;
        var fields = state as IReadOnlyList<KeyValuePair<string, object?>> ?? [];
        int dropped = Interlocked.Exchange(ref _dropped, 0);
        byte[] line = _formatter.Format(logLevel, eventId, formatter(state, exception), fields, exception, dropped);
        if (!_lines.Writer.TryWrite(line)) Interlocked.Add(ref _dropped, dropped + 1);
    }

    /// <summary>Writes what is there, waiting at most half a second for a stalled reader.</summary>
    public async ValueTask DisposeAsync()
    {
        _lines.Writer.TryComplete();
        await Task.WhenAny(_drain, Task.Delay(TimeSpan.FromMilliseconds(500)));
    }

    private async Task DrainAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await foreach (byte[] line in _lines.Reader.ReadAllAsync())
        {
            try
            {
                _output.Write(line);
                if (_lines.Reader.Count == 0) _output.Flush();
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // A full disk, or nobody who reads: queries matter more than lines about them, and it may pass.
                Interlocked.Increment(ref _dropped);
            }
        }
    }
}
