namespace DotProxy.Telemetry;

/// <summary>The one place that prints: what was asked for on standard output, what is wrong on standard error.</summary>
internal static class Terminal
{
    private const int Success = 0, Failure = 1, BadUsage = 2;

#pragma warning disable RS0030 // Everything else goes through the log; this is what the log and the command line print on.
    public static Stream Output { get; } = Console.OpenStandardOutput();

    /// <summary>What others wrote (a socket's answer, a file's value) must not drive a terminal; lines stay lines.</summary>
    /// <returns>The exit code: a full disk behind standard output is a failure, and no reason to fall over.</returns>
    public static int Print(string text)
    {
        try
        {
            Console.Out.WriteLine(string.Join('\n', text.TrimEnd().Split('\n').Select(LogFormatter.OneLine)));
            return Success;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The latter, with the cause inside, is how .NET takes a standard output that was closed.
            return Fail($"cannot write to standard output: {(exception.InnerException ?? exception).Message.TrimEnd('.')}");
        }
    }

    /// <summary>What was asked for is right, and could not be done.</summary>
    public static int Fail(string fault)
    {
        Complain(fault);
        return Failure;
    }

    public static int Refuse(string fault)
    {
        Complain(fault);
        return BadUsage;
    }

    private static void Complain(string fault)
    {
        try
        {
            Console.Error.WriteLine($"dotproxy: {LogFormatter.OneLine(fault)}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Nobody can be told: the exit code alone must do.
        }
    }
#pragma warning restore RS0030
}
