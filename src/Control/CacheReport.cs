using System.Globalization;
using System.Text;
using DotProxy.Caching;
using DotProxy.Dns;

namespace DotProxy.Control;

/// <summary>The cache in words and columns, for a terminal.</summary>
internal static class CacheReport
{
    // Our choice: nobody reads on. Who fills the cache with types of one name must not fill our memory with their rows.
    private const int MostRows = 200;

    // Of the columns; those from the first of numbers on are flush right.
    private const int FirstNumber = 4;
    private static readonly int[] s_widths = [10, 6, 5, 21, 7, 7, 11];

    public static string Of(CacheFigures figures)
    {
        long asked = figures.Hits + figures.Misses;
        return string.Create(CultureInfo.InvariantCulture, $"""
            answers held      {figures.Entries,12}
            memory taken      {figures.Octets,12} octets
            answered from it  {figures.Hits,12} of {asked} questions{(asked == 0 ? "" : $", {100.0 * figures.Hits / asked:0.0} %")}
            looked up         {figures.Misses,12}
            given as stale    {figures.Stale,12}
            waited together   {figures.Coalesced,12}
            refreshed ahead   {figures.Prefetches,12}
            evicted for room  {figures.Evictions,12}

            """);
    }

    /// <param name="name">As it was asked for.</param>
    public static string Of(string name, IReadOnlyList<CacheListing> listings)
    {
        if (listings.Count == 0) return $"nothing is held of {name}\n";
        var text = new StringBuilder();
        AppendRow(text, "TYPE", "CLASS", "FLAGS", "HOLDS", "OCTETS", "AGE", "LEFT");
        CacheListing[] rows = [.. listings];
        Array.Sort(rows, (one, other) => Place(one).CompareTo(Place(other)));
        foreach (CacheListing row in rows.AsSpan(0, Math.Min(rows.Length, MostRows))) Append(text, row);
        if (rows.Length > MostRows) text.Append(CultureInfo.InvariantCulture, $"  and {rows.Length - MostRows} more\n");
        return text.ToString();
    }

    /// <param name="name">As it was asked for; null where everything was.</param>
    public static string Removed(int count, string? name = null) => (count, name) switch
    {
        (0, null) => "nothing was held\n",
        (0, _) => $"nothing was held of {name}\n",
        (1, null) => "1 answer removed\n",
        (1, _) => $"1 answer of {name} removed\n",
        (_, null) => string.Create(CultureInfo.InvariantCulture, $"{count} answers removed\n"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{count} answers of {name} removed\n"),
    };

    private static void Append(StringBuilder text, CacheListing row) => AppendRow(
        text, Mnemonics.Type(row.Type), Mnemonics.Class(row.Class), Flags(row.Flags), Holds(row), Number(row.Octets), Number(row.Age) + "s",
        row.Left >= 0 ? Number(row.Left) + "s" : $"stale {Number(-row.Left)}s");

    /// <summary>By type, then class, then flags.</summary>
    private static long Place(CacheListing row) => ((long)row.Type << 32) | ((long)row.Class << 8) | (byte)row.Flags;

    private static void AppendRow(StringBuilder text, params string[] cells)
    {
        text.Append(' ');
        for (int i = 0; i < cells.Length; i++) text.Append(' ').Append(i < FirstNumber ? cells[i].PadRight(s_widths[i]) : cells[i].PadLeft(s_widths[i]));
        text.Append('\n');
    }

    private static string Flags(KeyFlags flags) => flags switch
    {
        KeyFlags.DnssecOk => "DO",
        KeyFlags.CheckingDisabled => "CD",
        KeyFlags.DnssecOk | KeyFlags.CheckingDisabled => "DO CD",
        _ => "-",
    };

    private static string Holds(CacheListing row) => row.Kind switch
    {
        EntryKind.Positive => row.Rcode == (int)Rcode.NoError ? "answer" : $"answer, {Mnemonics.ResponseCode(row.Rcode)}",
        EntryKind.Negative => row.Rcode == (int)Rcode.NameError ? "no such name" : "no such data",
        _ => $"failure, {Mnemonics.ResponseCode(row.Rcode)}",
    };

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
