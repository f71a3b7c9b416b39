using DotProxy.Bench.Measuring;

namespace DotProxy.Bench.Reporting;

/// <summary>A figure over the rounds of a run: the middle one, how far they lie apart, and from how many undisturbed rounds it is.</summary>
internal sealed record Summary(double Median, double Spread, int Rounds, bool IsDisturbed, bool Qualifies);

/// <summary>How many times better one system is than another, and whether others disturbed every round that the two have in common.</summary>
internal sealed record Comparison(double Ratio, bool IsDisturbed)
{
    public string Text => FormattableString.Invariant($"{Ratio:0.00}{(IsDisturbed ? "~" : "")}");
}

internal static class Statistics
{
    /// <summary>Over the undisturbed rounds, or over all where none was. Null where there are no figures.</summary>
    public static Summary? Summarise(Results results, string system, Metric metric)
    {
        Measurement[] all = [.. Of(results, system, metric).Select(outcome => outcome.Best)];
        if (all.Length == 0) return null;
        Measurement[] quiet = [.. all.Where(measurement => !measurement.IsDisturbed)], used = quiet.Length > 0 ? quiet : all;
        double[] values = [.. used.Select(metric.Of)];
        double median = Median(values);
        return new Summary(
            median, median == 0 ? 0 : (values.Max() - values.Min()) / median, used.Length, quiet.Length == 0, used.All(m => m.Qualifies));
    }

    /// <summary>
    /// How many times better the first is than the second: the median of the ratios within each round, since what slows this
    /// machine down slows both. Above 1 the first is better. Null where they have no round in common.
    /// </summary>
    public static Comparison? Compare(Results results, string first, string second, Metric metric)
    {
        var pairs = (from ours in Of(results, first, metric)
                     join theirs in Of(results, second, metric) on ours.Round equals theirs.Round
                     select (Ours: ours.Best, Theirs: theirs.Best)).ToArray();
        var quiet = pairs.Where(pair => !pair.Ours.IsDisturbed && !pair.Theirs.IsDisturbed).ToArray();
        double[] ratios = [.. (quiet.Length > 0 ? quiet : pairs).Select(pair => Ratio(metric, metric.Of(pair.Ours), metric.Of(pair.Theirs))).Where(double.IsFinite)];
        return ratios.Length == 0 ? null : new Comparison(Median(ratios), quiet.Length == 0);
    }

    /// <summary>The best of the given systems in one metric; null where none of them was measured.</summary>
    public static string? Best(Results results, IEnumerable<string> systems, Metric metric)
    {
        var figures = from name in systems
                      let summary = Summarise(results, name, metric)
                      where summary is not null
                      orderby metric.HigherIsBetter ? -summary.Median : summary.Median
                      select name;
        return figures.FirstOrDefault();
    }

    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private static double Ratio(Metric metric, double ours, double theirs) => metric.HigherIsBetter ? ours / theirs : theirs / ours;

    private static IEnumerable<Outcome> Of(Results results, string system, Metric metric) =>
        results.Outcomes.Where(outcome => outcome.System == system && outcome.Scenario == metric.Scenario);
}
