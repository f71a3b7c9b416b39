using System.Text;

namespace DotProxy.Bench.Reporting;

/// <summary>The chief figures as bars, a group to each metric, readable on light and dark pages.</summary>
internal static class SvgPlot
{
    private const int Width = 640, LabelWidth = 90, BarHeight = 16, Gap = 4, TitleHeight = 26, GroupGap = 14, FigureWidth = 80;

    private static readonly Metric[] s_shown = [Metric.HitRate, Metric.HitCpu, Metric.TcpRate, Metric.MissRate, Metric.MissCpu, Metric.MixRate];

    public static string Render(Results results)
    {
        var bars = new StringBuilder();
        int y = GroupGap;
        foreach (Metric metric in s_shown) y = AppendGroup(bars, results, metric, y);
        return FormattableString.Invariant($"""
            <svg xmlns="http://www.w3.org/2000/svg" width="{Width}" height="{y}" viewBox="0 0 {Width} {y}" font-family="sans-serif" font-size="12" fill="#808080">
            {bars}</svg>

            """);
    }

    private static int AppendGroup(StringBuilder bars, Results results, Metric metric, int y)
    {
        (string Name, double Value)[] figures =
            [.. from system in results.Systems
                let summary = Statistics.Summarise(results, system.Name, metric)
                where summary is not null
                select (system.Name, summary.Median)];
        if (figures.Length == 0) return y;
        string better = metric.HigherIsBetter ? "more is better" : "less is better";
        bars.Append(FormattableString.Invariant($"<text x=\"0\" y=\"{y + 14}\" font-weight=\"bold\">{metric.Title} ({better})</text>\n"));
        y += TitleHeight;
        double scale = (Width - LabelWidth - FigureWidth) / figures.Max(figure => figure.Value);
        foreach ((string name, double value) in figures)
        {
            string colour = name == results.Systems[0].Name ? "#2e8b57" : "#8899aa";
            bars.Append(FormattableString.Invariant(
                $"<text x=\"{LabelWidth - 8}\" y=\"{y + 12}\" text-anchor=\"end\">{name}</text><rect x=\"{LabelWidth}\" y=\"{y}\" width=\"{value * scale:0.0}\" height=\"{BarHeight}\" fill=\"{colour}\"/>"));
            bars.Append(FormattableString.Invariant(
                $"<text x=\"{LabelWidth + (value * scale) + 6:0.0}\" y=\"{y + 12}\">{value.ToString(metric.Format, System.Globalization.CultureInfo.InvariantCulture)}</text>\n"));
            y += BarHeight + Gap;
        }
        return y + GroupGap;
    }
}
