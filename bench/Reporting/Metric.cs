using DotProxy.Bench.Measuring;

namespace DotProxy.Bench.Reporting;

/// <summary>A row of the table: a figure of one scenario.</summary>
internal sealed record Metric(string Title, string Scenario, Func<Measurement, double> Of, string Format, bool HigherIsBetter = false)
{
    public static Metric MissRate { get; } = new("misses, queries/s", Measuring.Scenario.Miss, m => m.Load.Qps, "N0", HigherIsBetter: true);

    public static Metric MissCpu { get; } = new("misses, CPU µs/query", Measuring.Scenario.Miss, m => m.CpuMicros, "0.0");

    /// <summary>Those whose latencies issue a promise: p50 and p99 at each rate and distance.</summary>
    public static IReadOnlyList<Metric> Latencies { get; } =
    [
        .. from delay in new double[] { 0, 10 }
           from rate in new[] { 500, 5000 }
           from metric in LatenciesOf(Measuring.Scenario.MissAt(rate, delay))
           select metric,
    ];

    public static IReadOnlyList<Metric> All { get; } =
    [
        MissRate,
        MissCpu,
        new("misses, context switches/query", Measuring.Scenario.Miss, m => m.SwitchesPerQuery, "0.000"),
        new("misses, queries/TLS record", Measuring.Scenario.Miss, m => m.QueriesPerRecord, "0.0", HigherIsBetter: true),
        .. Latencies,
        new("CPU µs/query at 500/s, 0 ms", Measuring.Scenario.MissAt(500, 0), m => m.CpuMicros, "N0"),
        new("CPU µs/query at 5000/s, 0 ms", Measuring.Scenario.MissAt(5000, 0), m => m.CpuMicros, "N0"),
    ];

    private static IEnumerable<Metric> LatenciesOf(string scenario) =>
    [
        new($"{scenario}: p50 µs", scenario, m => m.Load.P50Micros, "N0"),
        new($"{scenario}: p99 µs", scenario, m => m.Load.P99Micros, "N0"),
    ];
}
