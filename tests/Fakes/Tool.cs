using System.Diagnostics;

namespace DotProxy.Tests.Fakes;

/// <summary>Runs a command of the system to its end.</summary>
internal static class Tool
{
    internal sealed record Result(int ExitCode, string Output);

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    public static async Task<Result> RunAsync(string command, params string[] arguments)
    {
        var start = new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(s_limit);
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(limit.Token), errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return new Result(process.ExitCode, await output + await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new TimeoutException($"{command} {string.Join(' ', arguments)} ran longer than {s_limit}");
        }
    }
}
