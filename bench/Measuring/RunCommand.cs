using System.Globalization;
using System.Net.NetworkInformation;
using System.Text.Json;
using DotProxy.Bench.Reporting;
using DotProxy.Bench.Systems;

namespace DotProxy.Bench.Measuring;

/// <summary>The <c>run</c> subcommand: every system in turn, in rounds, each time another one first.</summary>
internal static class RunCommand
{
    public const string Usage = "--certificates DIR --name HOSTNAME --out DIR [--rounds N] [--seconds S] [--patience S] [--million yes|no] [--systems A,B] -- BINARY [flags]";

    public static int Run(string[] arguments)
    {
        var flags = new Arguments(arguments, "--certificates", "--name", "--out", "--rounds", "--seconds", "--patience", "--million", "--systems");
        if (flags.Rest is not [var binary, .. var ownFlags]) throw new BenchException("name the binary to measure behind --");
        if (Tool.Find(binary) is null) throw new BenchException($"'{binary}': no such file; 'make build' makes it");
        RunOptions options = Read(flags);

        Forwarder[] all = [new DotProxyBinary(binary, ownFlags), new Unbound(), new Dnsdist(), new SmartDns(), new Echo()];
        if (flags.Has("--systems")) all = [.. all.Where(system => flags.Text("--systems").Split(',').Contains(system.Name))];
        foreach (Forwarder missing in all.Where(system => !system.IsInstalled)) Output.Note($"{missing.Name} is not installed: left out");
        Forwarder[] systems = [.. all.Where(system => system.IsInstalled)];
        var results = new Results
        {
            When = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture),
            Machine = Machine.Describe(),
            Method = $"{options.Cores.Text}; {options.Rounds} rounds, {options.Seconds} s a measurement ({options.Seconds / 2} s a closed loop); "
                + (HasOnlyLoopback() ? "network namespace with loopback only" : "loopback, ports shared with the machine"),
            Systems = [.. systems.Select(system => new SystemName(system.Name, system.Version))],
        };
        using var ahead = new Precedence();
        for (int round = 0; round < options.Rounds; round++)
        {
            options.Patience.BeginRound();
            int first = round % systems.Length;
            foreach (Forwarder system in systems[first..].Concat(systems[..first])) MeasureRound(options, system, round, results);
        }
        Write(options.Directory, results);
        return 0;
    }

    private static RunOptions Read(Arguments flags)
    {
        string certificates = Path.GetFullPath(flags.Text("--certificates"));
        int rounds = flags.Count("--rounds", 3);
        return new RunOptions
        {
            Cores = Cores.Choose(),
            CaFile = Path.Combine(certificates, "ca.pem"),
            Certificate = Path.Combine(certificates, "upstream.pem"),
            Key = Path.Combine(certificates, "upstream.key"),
            UpstreamName = flags.Text("--name"),
            Directory = flags.Text("--out"),
            Rounds = rounds,
            Seconds = flags.Number("--seconds", 2),
            Patience = new Patience(flags.Number("--patience", 60) / rounds),
            WithMillion = flags.Text("--million", "yes") == "yes",
        };
    }

    /// <summary>A system that fails is a line in the results; the others are measured all the same.</summary>
    private static void MeasureRound(RunOptions options, Forwarder system, int round, Results results)
    {
        try
        {
            using (var run = new SystemRun(options, system, round, withCache: true)) results.Memory.Add(run.MeasureAll(Report));
            if (!system.Forwards) return;
            using var again = new SystemRun(options, system, round, withCache: false);
            again.MeasureAll(Report);
        }
        catch (BenchException fault)
        {
            results.Faults.Add($"round {round + 1}: {fault.Message}");
            Output.Note(results.Faults[^1]);
        }

        void Report(Outcome outcome)
        {
            results.Outcomes.Add(outcome);
            Output.Note(Progress.Line(outcome));
        }
    }

    /// <summary>The <c>report</c> subcommand: the tables again, from what an earlier run found.</summary>
    public static int Report(string file)
    {
        if (!File.Exists(file)) throw new BenchException($"'{file}': no such file; a run writes it");
        Results results = JsonSerializer.Deserialize(File.ReadAllText(file), BenchJson.Readable.Results)!;
        Write(Path.GetDirectoryName(Path.GetFullPath(file))!, results);
        return 0;
    }

    private static void Write(string directory, Results results)
    {
        string report = MarkdownReport.Render(results);
        File.WriteAllText(Path.Combine(directory, "results.md"), report);
        File.WriteAllText(Path.Combine(directory, "results.svg"), SvgPlot.Render(results));
        File.WriteAllText(Path.Combine(directory, "results.json"), JsonSerializer.Serialize(results, BenchJson.Readable.Results));
        Output.Print(report);
        Output.Print($"Written to {directory}: results.md, results.svg, results.json");
    }

    private static bool HasOnlyLoopback() =>
        NetworkInterface.GetAllNetworkInterfaces().All(face => face.NetworkInterfaceType == NetworkInterfaceType.Loopback);
}
