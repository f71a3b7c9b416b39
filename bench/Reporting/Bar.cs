namespace DotProxy.Bench.Reporting;

/// <summary>What the program promises: to be so many times better than the best of these peers.</summary>
internal sealed record Bar(Metric Metric, double AtLeast, params string[] Peers)
{
    // Ratios of two runs on one machine differ by this much without a reason.
    private const double Noise = 0.1;

    // The echo does nothing but the system calls: a quarter more is what answering from memory may cost.
    private const double OfTheFloor = 1 / 1.25;

    private static readonly string[] s_all = ["unbound", "dnsdist", "smartdns"];
    private static readonly string[] s_two = ["unbound", "dnsdist"];

    public static IReadOnlyList<Bar> All { get; } =
    [
        new(Metric.HitRate, 1.5, s_all),
        new(Metric.HitCpu, OfTheFloor, "echo"),
        new(Metric.TcpRate, 1.5, s_all),
        new(Metric.MissRate, 5, s_two),
        new(Metric.MissRate, 4, "smartdns"),
        new(Metric.BareMissRate, 5, s_two),
        new(Metric.BareMissRate, 4, "smartdns"),
        .. Metric.Latencies.Select(metric => new Bar(metric, 1, s_all)),
    ];

    /// <summary>A row: metric, the best peer, the ratio, what it should be, and whether it is. Null where there is nothing to compare.</summary>
    public string? Judge(Results results)
    {
        string ours = results.Systems[0].Name;
        if (Peers.Contains(ours)) return null;
        string? peer = Statistics.Best(results, Peers, Metric);
        if (peer is null || Statistics.Compare(results, ours, peer, Metric) is not { } found) return null;
        string verdict = found.Ratio >= AtLeast ? "met" : found.Ratio >= AtLeast * (1 - Noise) ? "missed, within noise" : "**missed**";
        if (found.IsDisturbed) verdict += ", disturbed";
        return FormattableString.Invariant($"| {Metric.Title} | {peer} | {found.Text} | {AtLeast:0.##} | {verdict} |");
    }
}
