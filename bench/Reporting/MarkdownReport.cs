using System.Globalization;
using System.Text;
using DotProxy.Bench.Measuring;

namespace DotProxy.Bench.Reporting;

/// <summary>The tables that a person reads.</summary>
internal static class MarkdownReport
{
    private const double Full = 0.95;

    public static string Render(Results results)
    {
        var text = new StringBuilder();
        string[] names = [.. results.Systems.Select(system => system.Name)];
        text.Append(CultureInfo.InvariantCulture, $"{results.When}; {results.Machine}.\n{results.Method}.\n");
        text.Append(string.Join(", ", results.Systems.Select(system => system.Version))).Append(".\n\n");
        AppendFigures(text, results, names);
        AppendRatios(text, results, names);
        AppendBars(text, results);
        AppendLimits(text, results, names);
        foreach (string fault in results.Faults) text.Append(CultureInfo.InvariantCulture, $"\n- {fault}");
        return text.ToString();
    }

    private static void AppendFigures(StringBuilder text, Results results, string[] names)
    {
        text.Append("""
            Median over the undisturbed rounds, in brackets the spread ((max - min) / median) and how many rounds they are.
            `~`: others used over 0.3 core in every round. `!`: no load stayed under 0.5 % failures.


            """);
        AppendHead(text, names);
        foreach (Metric metric in Metric.All)
            AppendRow(text, metric.Title, names.Select(name => Cell(Statistics.Summarise(results, name, metric), metric.Format)));
        AppendMemory(text, results, names, "resident when started, MiB", memory => memory.Idle);
        AppendMemory(text, results, names, "resident after the closed loops, MiB", memory => memory.Warm);
        AppendMemory(text, results, names, "resident at the end, MiB", memory => memory.End);
        AppendMemory(text, results, names, "resident at most, MiB", memory => memory.Peak);
    }

    private static void AppendMemory(StringBuilder text, Results results, string[] names, string title, Func<MemoryUse, double> of) =>
        AppendRow(text, title, names.Select(name =>
        {
            double[] values = [.. results.Memory.Where(memory => memory.System == name).Select(of)];
            return values.Length == 0 ? "–" : Statistics.Median(values).ToString("0.0", CultureInfo.InvariantCulture);
        }));

    private static void AppendRatios(StringBuilder text, Results results, string[] names)
    {
        if (names.Length < 2) return;
        text.Append(CultureInfo.InvariantCulture, $"\nHow many times better {names[0]} is (the median of the ratios within each round):\n\n");
        AppendHead(text, names[1..]);
        foreach (Metric metric in Metric.All)
        {
            AppendRow(text, metric.Title, names[1..].Select(name =>
                Statistics.Ratio(results, names[0], name, metric) is { } ratio ? ratio.ToString("0.00", CultureInfo.InvariantCulture) : "–"));
        }
    }

    private static void AppendBars(StringBuilder text, Results results)
    {
        string[] rows = [.. Bar.All.Select(bar => bar.Judge(results)).OfType<string>()];
        if (rows.Length == 0) return;
        text.Append("\n| what is promised | best peer | ratio | at least | |\n|---|---|---|---|---|\n");
        foreach (string row in rows) text.Append(row).Append('\n');
    }

    /// <summary>Whose limit the figures are: with the generator's core full and the system's not, more would have been possible.</summary>
    private static void AppendLimits(StringBuilder text, Results results, string[] names)
    {
        text.Append("\nWhich core was full at the most queries a second:\n\n");
        foreach (string name in names)
        {
            Measurement[] best = [.. results.Outcomes.Where(o => o.System == name && o.Scenario == Scenario.Miss).Select(o => o.Best)];
            if (best.Length == 0) continue;
            double system = Statistics.Median(best.Select(m => m.SystemCoreBusy)), generator = Statistics.Median(best.Select(m => m.GeneratorCoreBusy));
            string meaning = generator >= Full && system < Full ? ": the generator was the limit, compare CPU per query" : "";
            text.Append(CultureInfo.InvariantCulture, $"- {name}: its own {system:P0}, the generator's {generator:P0}{meaning}\n");
        }
    }

    private static void AppendHead(StringBuilder text, string[] names)
    {
        AppendRow(text, "", names);
        text.Append("|---|").Append(string.Concat(names.Select(_ => "---|"))).Append('\n');
    }

    private static void AppendRow(StringBuilder text, string title, IEnumerable<string> cells) =>
        text.Append(CultureInfo.InvariantCulture, $"| {title} | {string.Join(" | ", cells)} |\n");

    private static string Cell(Summary? summary, string format)
    {
        if (summary is null) return "–";
        string flags = (summary.Qualifies ? "" : "!") + (summary.IsDisturbed ? "~" : "");
        string spread = summary.Rounds > 1 ? FormattableString.Invariant($" ({summary.Spread * 100:0} %, {summary.Rounds})") : "";
        return summary.Median.ToString(format, CultureInfo.InvariantCulture) + flags + spread;
    }
}
