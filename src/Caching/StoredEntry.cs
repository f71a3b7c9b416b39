using DotProxy.Configuration;
using DotProxy.Dns;
using DotProxy.Resolution;

namespace DotProxy.Caching;

/// <summary>An entry as it stood in a file; its octets are trusted no more than the wire's.</summary>
internal readonly ref struct StoredEntry
{
    public KeyFlags Flags { get; init; }

    public EntryKind Kind { get; init; }

    /// <summary>Seconds since it was stored, when the file was written.</summary>
    public int Age { get; init; }

    /// <summary>Seconds until it expired, when the file was written.</summary>
    public int Left { get; init; }

    public ReadOnlySpan<byte> Message { get; init; }

    /// <summary>Puts it into the cache as old as it is by now; false where it may not be given any more, is no answer, or is in a routed zone.</summary>
    /// <param name="down">Seconds since the file was written.</param>
    public bool TryRestore(AnswerCache cache, CachePolicy policy, uint now, long down, NameMap<RouteSpec> routed)
    {
        long storedAt = now - (Age + down), expiresAt = now + Math.Min(Left, policy.MaxTtl) - down;
        bool isInTime = Age >= 0 && storedAt > 0 && expiresAt >= storedAt && expiresAt + policy.StaleFor > now;
        bool isKnown = Kind is EntryKind.Positive or EntryKind.Negative && (Flags & ~(KeyFlags.DnssecOk | KeyFlags.CheckingDisabled)) == 0;
        if (!isInTime || !isKnown) return false;

        var reader = new MessageReader(Message);
        if (!reader.TryReadQuestion(out ReadOnlySpan<byte> question) || !AnswerParts.TryRead(Message, question.Length, out AnswerParts parts)
            || parts.Header.QuestionCount != 1)
            return false;
        Span<byte> room = stackalloc byte[QuestionKey.Room];
        QuestionKey key = QuestionKey.Create(
            question, (Flags & KeyFlags.DnssecOk) != 0, (Flags & KeyFlags.CheckingDisabled) != 0, room);
        if (routed.FindNearest(key.Question[..^4]) is not null) return false;
        cache.Put(key, parts, new AnswerLifetime(Kind, (uint)(expiresAt - storedAt), HasLongerTtls: false), (uint)storedAt);
        return true;
    }
}
