using DotProxy.Dns;
using DotProxy.Resolution;

namespace DotProxy.Failover;

/// <summary>
/// A query while one upstream after the other is asked for it. Its own lock guards it, but for its place among the group's trials, which
/// the list's lock guards. It is done once the query is completed, and over, to be used again, when its last attempt has ended too.
/// </summary>
internal sealed class Trial
{
    // A failure's rcode and text fit; what does not is told by its rcode alone.
    private const int MostHeld = 512;

    private readonly byte[] _held = new byte[MostHeld];
    private int _heldLength;
    private Rcode _heldRcode;
    private ulong _asked;
    private ulong _useful;
    private ulong _useless;

    /// <summary>The query; not to be touched once the trial is done.</summary>
    public Query Asked { get; private set; } = null!;

    /// <summary>Another number for each query that it has stood for.</summary>
    public int Generation { get; private set; }

    /// <summary>Whether the query is completed, or just about to be.</summary>
    public bool IsDone { get; set; }

    /// <summary>Attempts that have not ended: until then nobody uses the trial again.</summary>
    public int Running { get; set; }

    /// <summary>Those of them whose outcome is not known: whoever brings the last one's must see to what comes next.</summary>
    public int Open { get; private set; }

    public int Attempts { get; private set; }

    /// <summary>Whom the latest attempt asked, and when.</summary>
    public Member Latest { get; private set; } = null!;

    public long LatestAt { get; private set; }

    public Trial? Previous { get; set; }

    public Trial? Next { get; set; }

    public bool HoldsFailure => _heldRcode != Rcode.NoError;

    /// <summary>What is to be told where nobody has better: what the first said that failed.</summary>
    public Outcome HeldFailure => _heldLength > 0 ? Outcome.Answered(_held.AsSpan(0, _heldLength)) : Outcome.Rejected(_heldRcode);

    /// <summary>Whether any attempt brought an answer of use.</summary>
    public bool WasUseful => _useful != 0;

    public void Begin(Query asked)
    {
        Asked = asked;
        Generation++;
        IsDone = false;
        Running = Open = Attempts = 0;
        _asked = _useful = _useless = 0;
        _heldLength = 0;
        _heldRcode = Rcode.NoError;
    }

    /// <summary>Nobody is asked the same twice.</summary>
    public bool MayAsk(Member member, Candidates candidates) =>
        (_asked & Bit(member)) == 0 && (candidates == Candidates.All || member.IsUsable);

    public void NoteAttempt(Member member, long now)
    {
        _asked |= Bit(member);
        Running++;
        Open++;
        Attempts++;
        Latest = member;
        LatestAt = now;
    }

    /// <summary>Notes an attempt's outcome.</summary>
    public void Note(Member member, bool isUseful)
    {
        Open--;
        if (isUseful) _useful |= Bit(member);
        else _useless |= Bit(member);
    }

    /// <summary>Whether a member's answer was of use; null where it was not asked.</summary>
    public bool? Result(Member member) => (_useful & Bit(member)) != 0 ? true : (_useless & Bit(member)) != 0 ? false : null;

    /// <summary>Remembers an upstream's answer that names an error, in case there will be no better one.</summary>
    public void Hold(ReadOnlySpan<byte> message, Rcode rcode)
    {
        if (HoldsFailure) return;
        _heldRcode = rcode;
        _heldLength = message.Length <= MostHeld ? message.Length : 0;
        message[.._heldLength].CopyTo(_held);
    }

    private static ulong Bit(Member member) => 1UL << member.Index;
}
