using System.Globalization;
using System.Text.Json;

namespace DotProxy.Bench.Synthetic;

/// <summary>The <c>upstream</c> subcommand: serves until its standard input ends, so that it never outlives who started it.</summary>
internal static class UpstreamCommand
{
    public const string Usage = "--listen ADDR:PORT --certificate FILE --key FILE [--delay MS]";

    public static int Run(string[] arguments)
    {
        var flags = new Arguments(arguments, "--listen", "--certificate", "--key", "--delay");
        using var server = new UpstreamServer(flags.LoopbackAddress("--listen"), flags.Text("--certificate"), flags.Text("--key"));
        server.Delay.Milliseconds = flags.Number("--delay", 0);
        server.Start();
        Output.Print(server.Port.ToString(CultureInfo.InvariantCulture));
        while (Output.Commands.ReadLine() is { } command) Obey(command, server);
        return 0;
    }

    /// <summary>Each command is answered by one line, so that who gave it knows when it holds.</summary>
    private static void Obey(string command, UpstreamServer server)
    {
        if (command.StartsWith("delay ", StringComparison.Ordinal) && double.TryParse(command[6..], CultureInfo.InvariantCulture, out double delay))
            server.Delay.Milliseconds = delay;
        else if (command != "counts")
            Output.Note($"'{command}' is unknown");
        Output.Print(JsonSerializer.Serialize(server.Counts, BenchJson.Compact.UpstreamSnapshot));
    }
}
