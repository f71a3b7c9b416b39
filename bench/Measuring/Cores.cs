using System.Globalization;

namespace DotProxy.Bench.Measuring;

/// <summary>
/// Who runs where: the system under test has a core of its own, so that queries a second means what one core can do, and is not
/// what was left over. With two cores generator and upstream share the other; with more each has one.
/// </summary>
internal sealed record Cores(int[] System, int[] Upstream, int[] Generator)
{
    public static Cores Choose() => Allowed() switch
    {
        [var only] => new Cores([only], [only], [only]),
        [var first, var second] => new Cores([first], [second], [second]),
        [var first, var second, var third, ..] => new Cores([first], [second], [third]),
        _ => throw new BenchException("/proc/self/status names no core"),
    };

    /// <summary>Whether the upstream works on the generator's core.</summary>
    public bool AreShared => Upstream[0] == Generator[0];

    public string Text =>
        $"system on core {Join(System)}, upstream on core {Join(Upstream)}, generator on core {Join(Generator)}";

    public static string Join(int[] cores) => string.Join(',', cores);

    private static int[] Allowed()
    {
        const string Key = "Cpus_allowed_list:";
        string line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(Key, StringComparison.Ordinal));
        return [.. line[Key.Length..].Trim().Split(',').SelectMany(Expand)];
    }

    private static IEnumerable<int> Expand(string range)
    {
        int[] ends = [.. range.Split('-').Select(end => int.Parse(end, CultureInfo.InvariantCulture))];
        return Enumerable.Range(ends[0], ends[^1] - ends[0] + 1);
    }
}
