using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using DotProxy.Bench.Load;
using DotProxy.Bench.Synthetic;

namespace DotProxy.Bench.Measuring;

/// <summary>Loads a running system and reads what that cost; again where others were using the machine, while there is time.</summary>
internal sealed class Meter(RunOptions options, ChildProcess system, ChildProcess upstream, int port)
{
    private const int MaxAttempts = 3;
    private static int s_run = Environment.ProcessId;

    /// <summary>Names that nobody had asked for before, so far.</summary>
    public long Distinct { get; private set; }

    public Measurement Measure(LoadPlan plan, params string[] nameFlags)
    {
        Measurement best = MeasureOnce(plan, nameFlags);
        for (int attempt = 1; attempt < MaxAttempts && best.Noise > Measurement.RepeatAbove && options.Patience.IsLeft; attempt++)
        {
            // A closed loop takes all of its core, ahead of others; latencies at a rate need the machine for themselves.
            if (plan.IsAtRate) options.Patience.WaitForQuiet();
            Measurement again = MeasureOnce(plan, nameFlags);
            options.Patience.Spend(again.Load.Seconds);
            if (again.Noise < best.Noise) best = again;
        }
        return best;
    }

    /// <summary>Loads the system and looks at nothing but the answers.</summary>
    public LoadResult Run(LoadPlan plan, params string[] nameFlags)
    {
        // Each run asks names of its own; zero is for the hot ones.
        string run = ((++s_run % ushort.MaxValue) + 1).ToString(CultureInfo.InvariantCulture);
        string server = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");
        string seconds = (options.Seconds * plan.Share).ToString(CultureInfo.InvariantCulture);
        using ChildProcess load = ChildProcess.StartOwn(
            options.Cores.Generator, ["load", "--server", server, "--run", run, "--seconds", seconds, .. nameFlags, .. plan.Flags]);
        LoadResult result = JsonSerializer.Deserialize(load.ReadLine(), BenchJson.Compact.LoadResult)!;
        Distinct += result.Answered - result.Hot;
        return result;
    }

    private Measurement MeasureOnce(LoadPlan plan, string[] nameFlags)
    {
        UpstreamSnapshot seenBefore = Counts();
        double ownBefore = OwnCpu();
        ProcessUsage usageBefore = ProcessTree.Usage(system.Id);
        MachineUsage machineBefore = MachineUsage.Read();
        long start = Stopwatch.GetTimestamp();

        LoadResult load = Run(plan, nameFlags);

        double wall = Stopwatch.GetElapsedTime(start).TotalSeconds;
        MachineUsage machine = MachineUsage.Read();
        ProcessUsage usage = ProcessTree.Usage(system.Id);
        UpstreamSnapshot seen = Counts();

        double cpu = usage.CpuSince(usageBefore);
        double ours = cpu + load.CpuSeconds + (seen.CpuSeconds - seenBefore.CpuSeconds) + (OwnCpu() - ownBefore);
        double foreign = machine.BusySince(machineBefore) - machine.InterruptsSince(machineBefore) - ours;
        return new Measurement
        {
            Plan = plan.Name,
            Load = load,
            CpuMicros = cpu * 1e6 / Math.Max(load.Answered, 1),
            SwitchesPerQuery = (usage.Switches - usageBefore.Switches) / (double)Math.Max(load.Answered, 1),
            SystemBusy = Busy(cpu, options.Cores.System),
            GeneratorBusy = Busy(load.CpuSeconds + (options.Cores.AreShared ? seen.CpuSeconds - seenBefore.CpuSeconds : 0), options.Cores.Generator),
            UpstreamQueries = seen.Queries - seenBefore.Queries,
            QueriesPerRecord = (seen.Queries - seenBefore.Queries) / (double)Math.Max(seen.Reads - seenBefore.Reads, 1),
            Handshakes = seen.Handshakes - seenBefore.Handshakes,
            Resumed = seen.Resumed - seenBefore.Resumed,
            Noise = (Math.Max(foreign, 0) + machine.StealSince(machineBefore)) / wall,
        };

        // Of the time of sending: the wait for what got lost, up to a second of idleness, is not part of it.
        double Busy(double seconds, int[] cores) => Math.Min(1, seconds / cores.Length / load.Seconds);
    }

    private UpstreamSnapshot Counts() => JsonSerializer.Deserialize(upstream.Ask("counts"), BenchJson.Compact.UpstreamSnapshot)!;

    private static double OwnCpu() => Environment.CpuUsage.TotalTime.TotalSeconds;
}
