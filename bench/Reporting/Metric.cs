using DotProxy.Bench.Measuring;

namespace DotProxy.Bench.Reporting;

/// <summary>A row of the table: a figure of one scenario.</summary>
/// <param name="HasRatio">False for what says how a system works, where more or less is neither better nor worse.</param>
internal sealed record Metric(string Title, string Scenario, Func<Measurement, double> Of, string Format, bool HigherIsBetter = false, bool HasRatio = true)
{
    public static Metric HitRate { get; } = QueriesOf("hits", Measuring.Scenario.Hit);

    public static Metric HitCpu { get; } = CpuOf("hits", Measuring.Scenario.Hit);

    public static Metric TcpRate { get; } = QueriesOf("hits over TCP", Measuring.Scenario.HitOverTcp);

    public static Metric MissRate { get; } = QueriesOf("misses", Measuring.Scenario.Miss);

    public static Metric MissCpu { get; } = CpuOf("misses", Measuring.Scenario.Miss);

    public static Metric BareMissRate { get; } = QueriesOf("misses, no cache", Measuring.Scenario.MissWithoutCache);

    public static Metric BareMissCpu { get; } = CpuOf("misses, no cache", Measuring.Scenario.MissWithoutCache);

    public static Metric MixRate { get; } = QueriesOf("mix 50/50", Measuring.Scenario.Mix);

    public static Metric MixHits { get; } = HitsOf("mix 50/50", Measuring.Scenario.Mix);

    /// <summary>Those whose latencies issue a promise: p50 and p99 at each rate and distance.</summary>
    public static IReadOnlyList<Metric> Latencies { get; } =
    [
        .. LatenciesOf(Measuring.Scenario.HitAt(5000)),
        .. from delay in new double[] { 0, 10 }
           from rate in new[] { 500, 5000 }
           from metric in LatenciesOf(Measuring.Scenario.MissAt(rate, delay))
           select metric,
    ];

    public static IReadOnlyList<Metric> All { get; } =
    [
        HitRate, HitCpu, SwitchesOf("hits", Measuring.Scenario.Hit), HitsOf("hits", Measuring.Scenario.Hit),
        QueriesOf("hits, 256 clients", Measuring.Scenario.HitOfMany), CpuOf("hits, 256 clients", Measuring.Scenario.HitOfMany),
        TcpRate, CpuOf("hits over TCP", Measuring.Scenario.HitOverTcp),
        MissRate, MissCpu, SwitchesOf("misses", Measuring.Scenario.Miss),
        new("misses, queries/TLS record", Measuring.Scenario.Miss, m => m.QueriesPerRecord, "0.0", HasRatio: false),
        QueriesOf("misses, 256 clients", Measuring.Scenario.MissOfMany), CpuOf("misses, 256 clients", Measuring.Scenario.MissOfMany),
        BareMissRate, BareMissCpu,
        MixRate, CpuOf("mix 50/50", Measuring.Scenario.Mix), MixHits,
        .. Latencies,
        CpuAt("hit@5000", Measuring.Scenario.HitAt(5000)),
        CpuAt("miss@500, 0 ms", Measuring.Scenario.MissAt(500, 0)),
        CpuAt("miss@5000, 0 ms", Measuring.Scenario.MissAt(5000, 0)),
    ];

    private static Metric QueriesOf(string what, string scenario) => new($"{what}, queries/s", scenario, m => m.Load.Qps, "N0", HigherIsBetter: true);

    private static Metric CpuOf(string what, string scenario) => new($"{what}, CPU µs/query", scenario, m => m.CpuMicros, "0.00");

    private static Metric CpuAt(string what, string scenario) => new($"{what}: CPU µs/query", scenario, m => m.CpuMicros, "N0");

    private static Metric SwitchesOf(string what, string scenario) =>
        new($"{what}, context switches in 1000 queries", scenario, m => m.SwitchesPerQuery * 1000, "0.0", HasRatio: false);

    private static Metric HitsOf(string what, string scenario) =>
        new($"{what}, hot names from memory, %", scenario, m => m.HitRate * 100, "0.00", HigherIsBetter: true, HasRatio: false);

    private static IEnumerable<Metric> LatenciesOf(string scenario) =>
    [
        new($"{scenario}: p50 µs", scenario, m => m.Load.P50Micros, "N0"),
        new($"{scenario}: p99 µs", scenario, m => m.Load.P99Micros, "N0"),
    ];
}
