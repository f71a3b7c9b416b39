using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using DotProxy.Bench.Load;
using DotProxy.Bench.Synthetic;

namespace DotProxy.Bench.Measuring;

/// <summary>Loads a running system and reads what that cost; again where others were using the machine, while there is time.</summary>
internal sealed class Meter(Cores cores, ChildProcess system, ChildProcess upstream, int port, double seconds, Func<bool> mayRepeat)
{
    private const int MaxAttempts = 3;
    private static int s_run = Environment.ProcessId;

    public Measurement Measure(LoadPlan plan)
    {
        Measurement best = MeasureOnce(plan);
        for (int attempt = 1; attempt < MaxAttempts && best.Noise > Measurement.RepeatAbove && mayRepeat(); attempt++)
        {
            Measurement again = MeasureOnce(plan);
            if (again.Noise < best.Noise) best = again;
        }
        return best;
    }

    private Measurement MeasureOnce(LoadPlan plan)
    {
        UpstreamSnapshot seenBefore = Counts();
        double ownBefore = OwnCpu();
        ProcessUsage usageBefore = ProcessTree.Usage(system.Id);
        MachineUsage machineBefore = MachineUsage.Read();
        long start = Stopwatch.GetTimestamp();

        LoadResult load = Run(plan);

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
            SystemCoreBusy = machine.BusySince(machineBefore, cores.System) / cores.System.Length / wall,
            GeneratorCoreBusy = machine.BusySince(machineBefore, cores.Generator) / cores.Generator.Length / wall,
            QueriesPerRecord = (seen.Queries - seenBefore.Queries) / (double)Math.Max(seen.Reads - seenBefore.Reads, 1),
            Handshakes = seen.Handshakes - seenBefore.Handshakes,
            Resumed = seen.Resumed - seenBefore.Resumed,
            Noise = (Math.Max(foreign, 0) + machine.StealSince(machineBefore)) / wall,
        };
    }

    /// <summary>Each run asks names of its own.</summary>
    private LoadResult Run(LoadPlan plan)
    {
        string run = (++s_run & ushort.MaxValue).ToString(CultureInfo.InvariantCulture);
        string server = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");
        using ChildProcess load = ChildProcess.StartOwn(
            cores.Generator,
            ["load", "--server", server, "--seconds", seconds.ToString(CultureInfo.InvariantCulture), "--run", run, .. plan.Flags]);
        return JsonSerializer.Deserialize(load.ReadLine(), BenchJson.Compact.LoadResult)!;
    }

    private UpstreamSnapshot Counts() => JsonSerializer.Deserialize(upstream.Ask("counts"), BenchJson.Compact.UpstreamSnapshot)!;

    private static double OwnCpu() => Environment.CpuUsage.TotalTime.TotalSeconds;
}
