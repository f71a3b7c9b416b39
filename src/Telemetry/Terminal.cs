namespace DotProxy.Telemetry;

/// <summary>The one place that prints: what was asked for on standard output, what is wrong on standard error.</summary>
internal static class Terminal
{
    private const int Success = 0, BadUsage = 2;

#pragma warning disable RS0030 // Everything else goes through the log; this is what the log and the command line print on.
    public static Stream Output { get; } = Console.OpenStandardOutput();

    public static int Print(string text)
    {
        Console.Out.WriteLine(text.TrimEnd());
        return Success;
    }

    public static int Refuse(string fault)
    {
        Console.Error.WriteLine($"dotproxy: {fault}");
        return BadUsage;
    }
#pragma warning restore RS0030
}
