using DotProxy.Bench.Load;

namespace DotProxy.Bench.Measuring;

/// <summary>What one load showed, and what it cost.</summary>
internal sealed record Measurement
{
    // Other processes and the hypervisor, in cores: above the first a measurement is taken again, above the second it
    // counts only where there is no better one.
    public const double RepeatAbove = 0.2, DisturbedAbove = 0.3;

    private const double MostFailures = 0.005;

    public required string Plan { get; init; }

    public required LoadResult Load { get; init; }

    /// <summary>Of the system's processes, per answer.</summary>
    public double CpuMicros { get; init; }

    public double SwitchesPerQuery { get; init; }

    /// <summary>How much of its core it used, and the generator of the other: where the second is full the first could have done more.</summary>
    public double SystemBusy { get; init; }

    public double GeneratorBusy { get; init; }

    public long UpstreamQueries { get; init; }

    /// <summary>The share of the answers to hot names for which the upstream was not asked.</summary>
    public double HitRate => Load.Hot == 0 ? 0 : (Load.Answered - UpstreamQueries) / (double)Load.Hot;

    /// <summary>Queries to each TLS record that the upstream read.</summary>
    public double QueriesPerRecord { get; init; }

    public long Handshakes { get; init; }

    public long Resumed { get; init; }

    /// <summary>Cores' worth of CPU that others used, or that was stolen.</summary>
    public double Noise { get; init; }

    public bool IsDisturbed => Noise > DisturbedAbove;

    public bool Qualifies => Load is { Sent: > 0, Wrong: 0, Failures: < MostFailures };
}

/// <summary>What a scenario came to in one round: the best of its plans that qualifies.</summary>
internal sealed record Outcome(string System, int Round, string Scenario, Measurement Best, IReadOnlyList<Measurement> Tried)
{
    public static Outcome Choose(string system, int round, string scenario, IReadOnlyList<Measurement> tried)
    {
        Measurement best = tried.Where(measurement => measurement.Qualifies).MaxBy(measurement => measurement.Load.Qps)
            ?? tried.MinBy(measurement => measurement.Load.Failures)!;
        return new Outcome(system, round, scenario, best, tried);
    }
}

/// <summary>
/// Resident memory of a system in a round, in MiB: before any load, once a million names were asked for (zero in rounds where that
/// is not tried), and at its highest.
/// </summary>
internal sealed record MemoryUse(string System, int Round, double Idle, double Million, double Peak);
