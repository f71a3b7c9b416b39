using System.Globalization;
using System.Text;
using DotProxy.Bench.Measuring;

namespace DotProxy.Bench.Reporting;

/// <summary>The tables that a person reads.</summary>
internal sealed class MarkdownReport
{
    private const double Full = 0.95;

    // Closed loops: a system or the generator is at its end.
    private static readonly string[] s_full = [Scenario.Hit, Scenario.HitOverTcp, Scenario.Miss, Scenario.Mix];

    private readonly StringBuilder _text = new();
    private readonly Results _results;
    private readonly string[] _names;

    private MarkdownReport(Results results)
    {
        _results = results;
        _names = [.. results.Systems.Select(system => system.Name)];
    }

    public static string Render(Results results)
    {
        var report = new MarkdownReport(results);
        report.AppendOrigin();
        report.AppendFigures();
        report.AppendRatios();
        report.AppendBars();
        report.AppendLimits();
        report.AppendNoise();
        foreach (string fault in results.Faults) report._text.Append(CultureInfo.InvariantCulture, $"\n- {fault}");
        return report._text.ToString();
    }

    private void AppendOrigin()
    {
        _text.Append(CultureInfo.InvariantCulture, $"{_results.When}; {_results.Machine}.  \n{_results.Method}.  \n");
        _text.Append(string.Join(", ", _results.Systems.Select(system => system.Version))).Append(".\n");
    }

    private void AppendFigures()
    {
        _text.Append("""

            ### Figures

            Median over the undisturbed rounds, in brackets the spread ((max - min) / median) and how many rounds they are.
            `~`: others used over 0.3 core in every round. `!`: no load stayed under 0.5 % failures.


            """);
        AppendHead(_names);
        foreach (Metric metric in Metric.All)
            AppendRow(metric.Title, _names.Select(name => Cell(Statistics.Summarise(_results, name, metric), metric.Format)));
        AppendMemory("resident when started, MiB", memory => memory.Idle, Statistics.Median);
        AppendMemory("resident after a million names, MiB", memory => memory.Million, Enumerable.Max);
        AppendMemory("resident at most, MiB", memory => memory.Peak, Enumerable.Max);
    }

    private void AppendMemory(string title, Func<MemoryUse, double> of, Func<IEnumerable<double>, double> over) =>
        AppendRow(title, _names.Select(name =>
        {
            double[] values = [.. _results.Memory.Where(memory => memory.System == name).Select(of).Where(value => value > 0)];
            return values.Length == 0 ? "–" : over(values).ToString("0.0", CultureInfo.InvariantCulture);
        }));

    private void AppendRatios()
    {
        if (_names.Length < 2) return;
        _text.Append(CultureInfo.InvariantCulture, $"\n### Ratios\n\nHow many times better {_names[0]} is (the median of the ratios within each round):\n\n");
        AppendHead(_names[1..]);
        foreach (Metric metric in Metric.All.Where(metric => metric.HasRatio))
        {
            AppendRow(metric.Title, _names[1..].Select(name =>
                Statistics.Compare(_results, _names[0], name, metric)?.Text ?? "–"));
        }
    }

    private void AppendBars()
    {
        string[] rows = [.. Bar.All.Select(bar => bar.Judge(_results)).OfType<string>()];
        if (rows.Length == 0) return;
        _text.Append("\n### Promises\n\n| what is promised | best peer | ratio | at least | |\n|---|---|---|---|---|\n");
        foreach (string row in rows) _text.Append(row).Append('\n');
        if (MemoryBar.Judge(_results) is { } memory) _text.Append('\n').Append(memory).Append('\n');
    }

    /// <summary>Whose limit the figures are: with the generator's core full and the system's not, more would have been possible.</summary>
    private void AppendLimits()
    {
        _text.Append("\n### Whose limit it was\n\nHow much of its core the system used, and of the other the generator with the upstream, and the window that was best:\n\n");
        AppendHead(_names);
        foreach (string scenario in s_full) AppendRow(scenario, _names.Select(name => Limit(name, scenario)));
        _text.Append("\n`*`: the generator's core was full and the system's was not, so it could do more: compare CPU per query.\n");
    }

    private string Limit(string name, string scenario)
    {
        Measurement[] best = [.. _results.Outcomes.Where(outcome => outcome.System == name && outcome.Scenario == scenario).Select(outcome => outcome.Best)];
        if (best.Length == 0) return "–";
        double system = Statistics.Median(best.Select(m => m.SystemBusy)), generator = Statistics.Median(best.Select(m => m.GeneratorBusy));
        string window = string.Join('/', best.Select(m => m.Plan.Split(' ')[^1]).Distinct());
        return FormattableString.Invariant($"{system * 100:0} % / {generator * 100:0} %{(generator >= Full && system < Full ? "*" : "")} ({window})");
    }

    private void AppendNoise()
    {
        double[] noise = [.. _results.Outcomes.Select(outcome => outcome.Best.Noise)];
        if (noise.Length == 0) return;
        _text.Append(CultureInfo.InvariantCulture,
            $"\nOthers used {Statistics.Median(noise):0.00} core beside a measurement (median; {noise.Max():0.00} at most); {noise.Count(value => value > Measurement.DisturbedAbove)} of {noise.Length} outcomes were disturbed.\n");
    }

    private void AppendHead(string[] names)
    {
        AppendRow("", names);
        _text.Append("|---|").Append(string.Concat(names.Select(_ => "---|"))).Append('\n');
    }

    private void AppendRow(string title, IEnumerable<string> cells) =>
        _text.Append(CultureInfo.InvariantCulture, $"| {title} | {string.Join(" | ", cells)} |\n");

    private static string Cell(Summary? summary, string format)
    {
        if (summary is null) return "–";
        string flags = (summary.Qualifies ? "" : "!") + (summary.IsDisturbed ? "~" : "");
        string spread = summary.Rounds > 1 ? FormattableString.Invariant($" ({summary.Spread * 100:0} %, {summary.Rounds})") : "";
        return summary.Median.ToString(format, CultureInfo.InvariantCulture) + flags + spread;
    }
}
