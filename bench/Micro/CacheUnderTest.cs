using BitFaster.Caching;
using BitFaster.Caching.Lfu;
using BitFaster.Caching.Lru;
using BitFaster.Caching.Scheduler;
using DotProxy.Caching;
using DotProxy.Resolution;

namespace DotProxy.Bench.Micro;

/// <summary>A cache as the proxy would use it: a question goes in, and the message comes out as a copy, since another may evict it meanwhile.</summary>
internal abstract class CacheUnderTest
{
    /// <summary>False where it is not there.</summary>
    public abstract bool TryCopy(ReadOnlySpan<byte> question, Span<byte> destination);

    public abstract void Put(ReadOnlySpan<byte> question, ReadOnlySpan<byte> answer);
}

/// <summary>Ours, with a bound in octets.</summary>
internal sealed class OwnCache(long octets) : CacheUnderTest
{
    private const uint Now = 1 << 24;

    private static readonly DotProxy.Caching.CachePolicy s_policy = new();

    public AnswerCache Cache { get; } = new(octets);

    public override bool TryCopy(ReadOnlySpan<byte> question, Span<byte> destination)
    {
        Span<byte> room = stackalloc byte[QuestionKey.Room];
        var key = QuestionKey.Create(question, dnssecOk: false, checkingDisabled: false, room);
        // It copies by itself, to a buffer of this thread.
        return Cache.TryRead(key, out _);
    }

    public override void Put(ReadOnlySpan<byte> question, ReadOnlySpan<byte> answer)
    {
        Span<byte> room = stackalloc byte[QuestionKey.Room];
        var key = QuestionKey.Create(question, dnssecOk: false, checkingDisabled: false, room);
        if (AnswerParts.TryRead(answer, question.Length, out AnswerParts parts) && AnswerLifetime.TryFind(answer, parts, s_policy, out AnswerLifetime lifetime))
            Cache.Put(key, parts, lifetime, Now);
    }
}

/// <summary>One of BitFaster.Caching's, with a bound in entries. Its key is made of the same octets with the same hash.</summary>
internal sealed class LibraryCache(ICache<KeyOctets, byte[]> cache) : CacheUnderTest
{
    // OPT and padding of the upstream's answer are not kept: ours does not keep them either.
    private const int KeptLength = Dns.WireLimits.Header + Material.QuestionLength + 16;

    [ThreadStatic]
    private static byte[]? t_room;

    public static LibraryCache Lru(int entries) => new(new ConcurrentLru<KeyOctets, byte[]>(Environment.ProcessorCount, entries, KeyOctets.Comparer));

    /// <summary>Its upkeep is done by who reads, so that it is in the figures.</summary>
    public static LibraryCache Lfu(int entries) =>
        new(new ConcurrentLfu<KeyOctets, byte[]>(Environment.ProcessorCount, entries, new ForegroundScheduler(), KeyOctets.Comparer));

    public override bool TryCopy(ReadOnlySpan<byte> question, Span<byte> destination)
    {
        if (!cache.TryGet(KeyFor(question, t_room ??= new byte[QuestionKey.Room]), out byte[]? message)) return false;
        message.CopyTo(destination);
        return true;
    }

    public override void Put(ReadOnlySpan<byte> question, ReadOnlySpan<byte> answer) =>
        cache.AddOrUpdate(KeyFor(question, new byte[question.Length]), answer[..KeptLength].ToArray());

    private static KeyOctets KeyFor(ReadOnlySpan<byte> question, byte[] room)
    {
        var key = QuestionKey.Create(question, dnssecOk: false, checkingDisabled: false, room);
        return new KeyOctets(room, question.Length, (int)key.Hash);
    }
}

/// <summary>A question in lower case and its hash.</summary>
internal readonly record struct KeyOctets(byte[] Octets, int Length, int Hash)
{
    public static IEqualityComparer<KeyOctets> Comparer { get; } = EqualityComparer<KeyOctets>.Create(
        (x, y) => x.Hash == y.Hash && x.Octets.AsSpan(0, x.Length).SequenceEqual(y.Octets.AsSpan(0, y.Length)), key => key.Hash);
}
