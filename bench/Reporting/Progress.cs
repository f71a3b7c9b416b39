using DotProxy.Bench.Measuring;

namespace DotProxy.Bench.Reporting;

/// <summary>What a run says while it lasts.</summary>
internal static class Progress
{
    public static string Line(Outcome outcome)
    {
        Measurement best = outcome.Best;
        return FormattableString.Invariant(
            $"round {outcome.Round + 1}  {outcome.System,-9} {outcome.Scenario,-17} {best.Load.Qps,9:N0}/s  CPU {best.CpuMicros,6:0.0} µs  p50 {best.Load.P50Micros,7:N0} µs  p99 {best.Load.P99Micros,7:N0} µs")
            + FormattableString.Invariant(
                $"  failed {best.Load.Failures:P2}  cores {best.SystemBusy:P0}/{best.GeneratorBusy:P0}{Hits(best)}{(best.IsDisturbed ? "  disturbed" : "")}");
    }

    private static string Hits(Measurement best) => best.Load.Hot == 0 ? "" : FormattableString.Invariant($"  from memory {best.HitRate:P1}");
}
