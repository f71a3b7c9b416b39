using System.Globalization;
using System.Net;
using System.Text;
using DotProxy.Bench.Measuring;

namespace DotProxy.Bench.Faults;

/// <summary>The <c>faults</c> subcommand: what each fault of an upstream costs the clients, as a table.</summary>
internal static class FaultsCommand
{
    public const string Usage = "--certificates DIR --name HOSTNAME --out FILE [--rate QPS] [--soak MINUTES] -- BINARY [flags]";

    private static readonly TimeSpan s_before = TimeSpan.FromSeconds(2), s_fault = TimeSpan.FromSeconds(6), s_after = TimeSpan.FromSeconds(14);

    public static int Run(string[] arguments)
    {
        var flags = new Arguments(arguments, "--certificates", "--name", "--out", "--rate", "--soak");
        if (flags.Rest is not [var binary, .. var more]) throw new BenchException("which binary? give it behind --");
        string directory = Path.Combine(Path.GetTempPath(), $"dotproxy-faults-{Environment.ProcessId}");
        var place = new FaultPlace(directory, Path.GetFullPath(flags.Text("--certificates")), flags.Text("--name"), [.. Enumerable.Range(0, Environment.ProcessorCount)]);
        Directory.CreateDirectory(directory);
        try
        {
            int rate = flags.Count("--rate", 200);
            string table = flags.Has("--soak") ? SoakOf(Path.GetFullPath(binary), more, place, rate, flags.Count("--soak", 10)) : Table(Path.GetFullPath(binary), more, place, rate);
            File.WriteAllText(flags.Text("--out"), table);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
        return 0;
    }

    private static string Table(string binary, string[] flags, FaultPlace place, int rate)
    {
        var table = new StringBuilder("| the first upstream … | queries | lost | failed | p99 ms | max ms | to switch, ms | to return, ms | handshakes |\n|---|---|---|---|---|---|---|---|---|\n");
        foreach (Fault fault in Fault.All)
        {
            string row = Row(fault, binary, flags, place, rate);
            table.Append(row).Append('\n');
            Output.Print(row);
        }
        return table.ToString();
    }

    private static string SoakOf(string binary, string[] flags, FaultPlace place, int rate, int minutes)
    {
        using var house = new FaultHouse(binary, flags, place, throughRelay: true);
        WaitForFirstAnswer(house);
        string table = Soak.Run(house, TimeSpan.FromMinutes(minutes), rate);
        Output.Print(table);
        return table;
    }

    private static string Row(Fault fault, string binary, string[] flags, FaultPlace place, int rate)
    {
        using var house = new FaultHouse(binary, flags, place, fault.ThroughRelay);
        WaitForFirstAnswer(house);
        TimeSpan happened = default, healed = default;
        int handshakes = house.Handshakes;
        IReadOnlyList<Asked> asked = new SteadyLoad(FaultHouse.ProxyAddress, rate).Run(s_before + s_fault + s_after, load =>
        {
            load.WaitUntil(s_before);
            happened = load.Now;
            fault.Happen(house, s_fault);
            fault.Heal(house);
            healed = load.Now;
        });
        double[] latencies = [.. asked.Where(one => one.Answered > TimeSpan.Zero).Select(one => (one.Answered - one.Sent).TotalMilliseconds).Order()];
        TimeSpan? switched = asked.FirstOrDefault(one => one.Sent >= happened && one.Mark is { } mark && !mark.Equals(house.First.Mark))?.Answered - happened;
        TimeSpan? returned = asked.FirstOrDefault(one => one.Sent >= healed && house.First.Mark.Equals(one.Mark))?.Answered - healed;
        return string.Create(CultureInfo.InvariantCulture,
            $"| {fault.Name} | {asked.Count} | {asked.Count - latencies.Length} | {asked.Count(one => one.Answered > TimeSpan.Zero && one.Mark is null)} "
            + $"| {latencies[(int)(latencies.Length * 0.99)]:0.0} | {latencies[^1]:0} | {Show(switched)} | {Show(returned)} | {house.Handshakes - handshakes} |");
    }

    private static void WaitForFirstAnswer(FaultHouse house)
    {
        for (int i = 0; i < 100; i++)
        {
            IReadOnlyList<Asked> asked = new SteadyLoad(FaultHouse.ProxyAddress, rate: 20).Run(TimeSpan.FromMilliseconds(150), _ => { });
            if (asked.Any(one => house.First.Mark.Equals(one.Mark))) return;
        }
        throw new BenchException("the proxy does not answer from its first upstream");
    }

    private static string Show(TimeSpan? time) => time is { } known ? string.Create(CultureInfo.InvariantCulture, $"{known.TotalMilliseconds:0}") : "–";
}
