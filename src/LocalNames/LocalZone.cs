using DotProxy.Dns;
using DotProxy.Resolution;

namespace DotProxy.LocalNames;

internal enum LocalZoneKind
{
    /// <summary>A zone of names that mean something on one's own network alone, with nothing in it (RFC 6303 §3).</summary>
    Empty,

    /// <summary>As empty, but for what clients ask of a resolver about itself: it has nothing to say, which is not that the name does not exist (RFC 9462 §4).</summary>
    NoData,

    /// <summary>All names are this machine (RFC 6761 §6.3).</summary>
    Loopback,

    /// <summary>No name exists, whatever is asked (RFC 6761 §6.4, RFC 7686 §2).</summary>
    NothingExists,
}

/// <summary>How the zones of one kind are served here; a zone has nothing of its own but its place in the name that was asked for.</summary>
internal sealed class LocalZone(LocalZoneKind kind)
{
    // RFC 6303 §3.
    private const uint Ttl = 10_800;

    private static readonly LocalHost s_loopback = LocalHost.Create([127, 0, 0, 1], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], Ttl);

    // By how far into the question its zone begins. Made when first wanted: most never are, and who makes one twice makes the same.
    private static readonly byte[]?[] s_startsOfAuthority = new byte[]?[WireLimits.Name];
    private static readonly byte[] s_nameServer = OwnRecord.Create(OwnRecord.QuestionName, RecordType.NameServer, Ttl, OwnRecord.QuestionName);

    public bool IsLoopback => kind == LocalZoneKind.Loopback;

    /// <summary>False where the question is for the zone above, which is not ours.</summary>
    /// <param name="apex">How many octets into the name the zone's own begins; none where it is the zone's.</param>
    /// <param name="exists">Whether the name is there, with records of another type or with names below it (RFC 8020).</param>
    public bool TryAnswer(RecordType type, int apex, bool exists, out Outcome outcome)
    {
        outcome = default;
        bool isApex = apex == 0;
        switch (kind)
        {
            // The proof that these zones are unsigned is in the zone above; a validator behind us looks for it there (RFC 6303 §7).
            case LocalZoneKind.Empty or LocalZoneKind.NoData when isApex && type == RecordType.DelegationSigner:
                return false;
            case LocalZoneKind.Empty or LocalZoneKind.NoData when isApex && type is RecordType.StartOfAuthority or RecordType.Any:
                outcome = Give(StartOfAuthority(apex));
                return true;
            case LocalZoneKind.Empty or LocalZoneKind.NoData when isApex && type == RecordType.NameServer:
                outcome = Give(s_nameServer);
                return true;
            case LocalZoneKind.Loopback when s_loopback.TryAnswer(type, out outcome):
                return true;
            case LocalZoneKind.Loopback or LocalZoneKind.NoData:
                outcome = Deny(Rcode.NoError, apex);
                return true;
            case LocalZoneKind.NothingExists:
                outcome = Deny(exists && !isApex ? Rcode.NoError : Rcode.NameError, apex);
                return true;
            default:
                outcome = Deny(isApex || exists ? Rcode.NoError : Rcode.NameError, apex);
                return true;
        }
    }

    private static Outcome Give(byte[] record) => Outcome.Recalled(AnswerParts.Of(Rcode.NoError, 1, 0, record), default, default);

    private static Outcome Deny(Rcode rcode, int apex) => Outcome.Recalled(AnswerParts.Of(rcode, 0, 1, StartOfAuthority(apex)), default, default);

    private static byte[] StartOfAuthority(int apex) =>
        s_startsOfAuthority[apex] ??= OwnRecord.CreateStartOfAuthority(OwnRecord.PointerIntoQuestion(apex), Ttl);
}
