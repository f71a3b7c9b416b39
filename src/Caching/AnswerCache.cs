using System.Numerics;
using DotProxy.Dns;
using DotProxy.Resolution;

namespace DotProxy.Caching;

/// <summary>Answers by question, within a bound in octets that counts everything: entries, index, kept hashes. Owns its memory.</summary>
internal sealed class AnswerCache : IDisposable
{
    // Our choices. A shard of a mebibyte is small enough for writers seldom to meet, and large enough for answers of 64 KiB.
    public const int MinShard = 64 * 1024;
    private const int UsualShard = 1024 * 1024;
    private const int MaxShards = 64;

    [ThreadStatic]
    private static byte[]? t_buffer;

    private readonly CacheShard[] _shards;
    private readonly int _shift;

    public AnswerCache(long octets)
    {
        long wanted = Math.Clamp(octets / UsualShard, 1, MaxShards);
        int count = 1 << BitOperations.Log2((ulong)wanted);
        _shift = 32 - BitOperations.Log2((uint)count);
        _shards = new CacheShard[count];
        for (int i = 0; i < count; i++) _shards[i] = new CacheShard((int)Math.Min(octets / count, int.MaxValue / 2));
    }

    public long Count => _shards.Sum(shard => (long)shard.Count);

    public long Octets => _shards.Sum(shard => shard.Octets);

    public long Evictions => _shards.Sum(shard => shard.Evictions);

    /// <summary>Another number after anything was written.</summary>
    public long Version => _shards.Sum(shard => (long)shard.Version);

    /// <summary>Before a look-up or a put that is not far off.</summary>
    public void Prefetch(in QuestionKey key) => ShardOf(key).Prefetch(key.Hash);

    /// <summary>The entry, as a copy that lives until this thread reads again.</summary>
    public bool TryRead(scoped QuestionKey key, out CachedAnswer answer)
    {
        bool found = ShardOf(key).TryRead(key, ref t_buffer, out EntryHeader header);
        answer = found ? new CachedAnswer(header, t_buffer.AsSpan(0, header.MessageLength)) : default;
        return found;
    }

    /// <summary>Remembers an upstream's answer from the given second on; what is too large for its shard is left out.</summary>
    public void Put(in QuestionKey key, in AnswerParts parts, in AnswerLifetime lifetime, uint now)
    {
        // No longer from the authority, and RA, RD and CD are each reader's own (RFC 1035 §4.1.1).
        HeaderFlags flags = HeaderFlags.Response | (parts.Header.Flags & (HeaderFlags.AuthenticData | HeaderFlags.RcodeMask));
        var wire = new Header(0, flags, 1, parts.Header.AnswerCount, parts.Header.AuthorityCount, (ushort)parts.AdditionalCount);
        var header = new EntryHeader
        {
            Kind = lifetime.Kind,
            StoredAt = now,
            ExpiresAt = now + lifetime.Seconds,
            EssentialLength = (ushort)parts.Essential.Length,
        };
        ShardOf(key).TryPut(key, NewEntry.Create(header, key, wire, parts.Records));
    }

    /// <summary>Remembers that no answer could be had, and until when not to ask again. Where an answer is held, that one is kept.</summary>
    public void PutFailure(in QuestionKey key, Rcode rcode, ReadOnlySpan<byte> text, byte failures, uint now, uint retryAt)
    {
        var wire = new Header(0, HeaderFlags.Response | ((HeaderFlags)rcode & HeaderFlags.RcodeMask), 1, 0, 0, 0);
        var header = new EntryHeader { Kind = EntryKind.Failure, StoredAt = now, ExpiresAt = retryAt, RetryAt = retryAt, Failures = failures };
        ShardOf(key).TryPut(key, NewEntry.Create(header, key, wire, text));
    }

    public bool Remove(in QuestionKey key) => ShardOf(key).Remove(key);

    /// <summary>Removes everything; returns how many entries there were.</summary>
    public int Clear() => _shards.Sum(shard => shard.Clear());

    /// <inheritdoc cref="CacheShard.ForEach"/>
    public void ForEach(EntryVisitor visit, Action? pause = null)
    {
        foreach (CacheShard shard in _shards) shard.ForEach(visit, pause ?? (() => { }));
    }

    public void Dispose()
    {
        foreach (CacheShard shard in _shards) shard.Dispose();
    }

    /// <summary>By the hash's highest bits; the shard's index uses the lowest.</summary>
    private CacheShard ShardOf(in QuestionKey key) => _shards[_shards.Length == 1 ? 0 : key.Hash >> _shift];
}
