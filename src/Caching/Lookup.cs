using DotProxy.Dns;
using DotProxy.Resolution;

namespace DotProxy.Caching;

/// <summary>
/// One question on its way to the upstream for all who ask it meanwhile (or for nobody, where an answer is refreshed before
/// its time). Pooled. The queries that wait belong to it until they are taken.
/// </summary>
internal sealed class Lookup(CachingResolver owner) : Query
{
    private KeyFlags _flags;
    private Query? _waiting;

    public uint Hash { get; private set; }

    /// <summary>A timestamp of the <see cref="TimeProvider"/>.</summary>
    public long StartedAt { get; private set; }

    /// <summary>Whether a stale answer was looked for on behalf of all who wait too long.</summary>
    public bool IsLate { get; set; }

    /// <summary>The next in the same row of the table.</summary>
    public Lookup? Below { get; set; }

    /// <param name="question">As the first who asks wrote it.</param>
    public void Begin(ReadOnlySpan<byte> question, in QuestionKey key, long startedAt, long deadline)
    {
        // AD tells the upstream that we understand it (RFC 6840 §5.7): what it says of it is kept for those who ask.
        HeaderFlags flags = HeaderFlags.RecursionDesired | HeaderFlags.AuthenticData
            | ((key.Flags & KeyFlags.CheckingDisabled) != 0 ? HeaderFlags.CheckingDisabled : HeaderFlags.None);
        Begin(new Requestor(0, flags, UsesEdns: true, WireLimits.UnfragmentedUdp, (key.Flags & KeyFlags.DnssecOk) != 0), question, deadline);
        Hash = key.Hash;
        _flags = key.Flags;
        StartedAt = startedAt;
        IsLate = false;
        Below = null;
    }

    public bool IsFor(in QuestionKey key) => Hash == key.Hash && _flags == key.Flags && DomainName.QuestionsMatch(Question, key.Question);

    public QuestionKey CopyKey(Span<byte> room) => QuestionKey.Create(Question, _flags, Hash, room);

    /// <summary>Under the table's lock.</summary>
    public void Add(Query query)
    {
        query.Next = _waiting;
        _waiting = query;
        // Those before it may have been served already.
        IsLate = false;
    }

    /// <summary>Under the table's lock: the caller owns the chain from here.</summary>
    public Query? TakeWaiting()
    {
        Query? waiting = _waiting;
        _waiting = null;
        return waiting;
    }

    /// <summary>The upstream's side is done with it.</summary>
    public override void Complete(in Outcome outcome, SinkSet sinks) => owner.Finish(this, outcome, sinks);
}
