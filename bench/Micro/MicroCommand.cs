using System.Globalization;
using DotProxy.Bench.Measuring;

namespace DotProxy.Bench.Micro;

/// <summary>The <c>micro</c> subcommand: prints two tables.</summary>
internal static class MicroCommand
{
    public static int Run()
    {
        using var ahead = new Precedence();
        Print("| part | ns | spread | octets allocated |\n|---|---|---|---|");
        var parts = new QueryParts();
        foreach ((string title, Action<int> loop) in parts.All) PrintTiming(title, Timing.Of(loop));
        PrintTiming("put into a full cache: take apart, evict, copy", Timing.Of(parts.PutEvicting()));
        if (parts.Found == 0) throw new BenchException("nothing was found: these figures are of no work");

        string heads = string.Concat(CacheComparison.HotSets.Select(hot => FormattableString.Invariant($" {hot:N0} hot |")));
        Print($"\n| cache of {CacheComparison.Octets >> 20} MiB | octets an entry | ns a hit | octets allocated |{heads}");
        Print("|---|---|---|---|" + string.Concat(CacheComparison.HotSets.Select(_ => "---|")));
        foreach (CacheComparison.Row row in CacheComparison.Compare()) PrintRow(row);
        return 0;
    }

    private static void PrintTiming(string title, Timing timing) =>
        Print(string.Create(CultureInfo.InvariantCulture, $"| {title} | {timing.Nanoseconds:0} | {timing.Spread * 100:0} % | {timing.Octets:0.##} |"));

    private static void PrintRow(CacheComparison.Row row)
    {
        string rates = string.Concat(row.HitRates.Select(rate => FormattableString.Invariant($" {rate * 100:0.0} % |")));
        Print(string.Create(
            CultureInfo.InvariantCulture, $"| {row.Name} | {row.OctetsPerEntry:0} | {row.Hit.Nanoseconds:0} | {row.Hit.Octets:0.##} |{rates}"));
    }

    private static void Print(string text) => Output.Print(text);
}
