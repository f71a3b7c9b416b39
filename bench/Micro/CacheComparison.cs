using DotProxy.Bench.Load;
using DotProxy.Dns;

namespace DotProxy.Bench.Micro;

/// <summary>
/// Our cache beside BitFaster.Caching's, each with as many entries as fit into the same memory: what a hit takes, and how many of
/// the hot names stay while every other query asks for a name that nobody asks for again.
/// </summary>
internal sealed class CacheComparison
{
    public const long Octets = 16 * 1024 * 1024;
    private const int Sample = 50_000;
    private const uint ScanLength = 1_000_000;

    private static readonly (string Name, Func<int, CacheUnderTest> Make)[] s_library =
        [("ConcurrentLru", LibraryCache.Lru), ("ConcurrentLfu", LibraryCache.Lfu)];

    public static IReadOnlyList<uint> HotSets { get; } = [10_000, 30_000, 50_000, 80_000];

    internal sealed record Row(string Name, double OctetsPerEntry, Timing Hit, IReadOnlyList<double> HitRates);

    public static IEnumerable<Row> Compare()
    {
        yield return Examine("ours", Octets / (double)CountOfFull(), () => new OwnCache(Octets));
        foreach ((string name, Func<int, CacheUnderTest> make) in s_library)
        {
            double each = OctetsPerEntry(make);
            yield return Examine(name, each, () => make((int)(Octets / each)));
        }
    }

    private static Row Examine(string name, double octetsPerEntry, Func<CacheUnderTest> make) =>
        new(name, octetsPerEntry, TimeHit(make()), [.. HotSets.Select(hot => HitRate(make(), hot))]);

    /// <summary>How many entries ours holds when all are asked for again; those asked for once only have but a tenth of the memory.</summary>
    private static long CountOfFull()
    {
        var full = new OwnCache(Octets);
        var names = new Material(NameSequence.Unique);
        Span<byte> answer = stackalloc byte[WireLimits.UnfragmentedUdp];
        for (int i = 0; i < 2 * Material.Queries; i++)
        {
            int length = Material.Answer(names.Query(i), answer);
            if (!full.TryCopy(names.Question(i), answer)) full.Put(names.Question(i), answer[..length]);
            full.TryCopy(names.Question(i), answer);
        }
        return full.Cache.Count;
    }

    /// <summary>All that a full cache keeps on the managed heap, for each of its entries.</summary>
    private static double OctetsPerEntry(Func<int, CacheUnderTest> make)
    {
        var names = new Material(NameSequence.Unique);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        CacheUnderTest cache = make(Sample);
        QueryParts.Fill(cache, names, Material.Queries);
        double octets = GC.GetTotalMemory(forceFullCollection: true) - before;
        GC.KeepAlive(cache);
        GC.KeepAlive(names);
        return octets / Sample;
    }

    private static Timing TimeHit(CacheUnderTest cache)
    {
        const uint Held = 30_000;
        QueryParts.Fill(cache, new Material(NameSequence.EachOnce(Held)), (int)Held);
        var names = new Material(NameSequence.Mixed(Held, 100));
        byte[] room = new byte[WireLimits.UnfragmentedUdp];
        return Timing.Of(count =>
        {
            for (int i = 0; i < count; i++) cache.TryCopy(names.Question(i), room);
        });
    }

    /// <summary>What is not found is put, as the proxy does. The second half counts: until then the cache fills and learns.</summary>
    private static double HitRate(CacheUnderTest cache, uint hotNames)
    {
        var names = new Material(NameSequence.Mixed(hotNames, 50));
        Span<byte> query = stackalloc byte[LoadNames.QueryLength], answer = stackalloc byte[WireLimits.UnfragmentedUdp];
        int hot = 0, hits = 0;
        for (uint place = 0; place < ScanLength; place++)
        {
            bool isHot = names.Write(place, query), isThere = cache.TryCopy(query[WireLimits.Header..], answer);
            if (!isThere) cache.Put(query[WireLimits.Header..], answer[..Material.Answer(query, answer)]);
            if (!isHot || place < ScanLength / 2) continue;
            hot++;
            if (isThere) hits++;
        }
        return hits / (double)hot;
    }
}
