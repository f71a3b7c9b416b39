using System.Buffers.Binary;
using DotProxy.Dns;
using DotProxy.Telemetry;

namespace DotProxy.Caching;

/// <summary>Looks at and flushes an <see cref="AnswerCache"/>. By name it goes through all of it, which is for people, not for packets.</summary>
internal sealed class CacheControl(AnswerCache cache, CacheClock clock, Counters counters) : ICacheControl
{
    public CacheFigures Figures => new(
        cache.Count, cache.Octets, counters.CacheHits.Value, counters.CacheMisses.Value, counters.StaleServed.Value,
        counters.Coalesced.Value, counters.Prefetches.Value, cache.Evictions);

    public int Flush() => cache.Clear();

    public int Flush(ReadOnlySpan<byte> name)
    {
        List<Found> found = [];
        ForEach(name, entry => found.Add(new Found(entry.Question.ToArray(), entry.Flags)));
        int removed = 0;
        foreach (Found entry in found) removed += cache.Remove(QuestionKey.FromLower(entry.Question, entry.Flags)) ? 1 : 0;
        return removed;
    }

    public IReadOnlyList<CacheListing> Look(ReadOnlySpan<byte> name)
    {
        uint now = clock.Now;
        List<CacheListing> found = [];
        ForEach(name, entry => found.Add(new CacheListing(
            BinaryPrimitives.ReadUInt16BigEndian(entry.Question[^4..]), BinaryPrimitives.ReadUInt16BigEndian(entry.Question[^2..]),
            entry.Kind, entry.Flags, (int)entry.Rcode, entry.Message.Length, (long)now - entry.StoredAt, (long)entry.ExpiresAt - now)));
        return found;
    }

    private void ForEach(ReadOnlySpan<byte> name, EntryVisitor visit)
    {
        byte[] lower = new byte[name.Length];
        DomainName.ToLower(name, lower);
        cache.ForEach(entry =>
        {
            if (entry.Question[..^4].SequenceEqual(lower)) visit(entry);
        });
    }

    private sealed class Found(byte[] question, KeyFlags flags)
    {
        public byte[] Question => question;

        public KeyFlags Flags => flags;
    }
}
