using DotProxy.Dns;

namespace DotProxy.Resolution;

/// <summary>What <see cref="QueryScreen"/> makes of a message; its question lives as long as the message's buffer.</summary>
internal readonly ref struct ScreenedMessage
{
    public Verdict Verdict { get; init; }

    public Requestor Requestor { get; init; }

    /// <summary>Name, type and class as sent; empty where there is no whole question to repeat.</summary>
    public ReadOnlySpan<byte> Question { get; init; }

    /// <summary>Why it is answered here, where the verdict is <see cref="Verdict.Rejected"/>.</summary>
    public Rcode Rcode { get; init; }
}

internal enum Verdict
{
    /// <summary>A query to resolve.</summary>
    Accepted,

    /// <summary>Answered with an error here, never forwarded.</summary>
    Rejected,

    /// <summary>Never answered: not even a header, or a response (answering those could loop).</summary>
    Dropped,
}

/// <summary>The first look at a message from a client: what is not a well-formed query goes no further.</summary>
internal static class QueryScreen
{
    public static ScreenedMessage Screen(ReadOnlySpan<byte> message)
    {
        if (!Header.TryRead(message, out Header header) || header.IsResponse) return new() { Verdict = Verdict.Dropped };

        var requestor = new Requestor(header.Id, header.Flags, UsesEdns: false, UdpPayloadSize: 0, DnssecOk: false);
        // RFC 8906 §3.1.4: an unknown opcode is NOTIMP, and what follows the header is of a form that we do not know.
        if (header.Opcode != Opcode.Query) return Reject(requestor, default, Rcode.NotImplemented);

        var reader = new MessageReader(message);
        if (header.QuestionCount != 1 || !reader.TryReadQuestion(out ReadOnlySpan<byte> question))
            return Reject(requestor, default, Rcode.FormatError);
        return ScreenSections(header, ref reader, requestor, question);
    }

    private static ScreenedMessage ScreenSections(
        scoped in Header header, scoped ref MessageReader reader, Requestor requestor, ReadOnlySpan<byte> question)
    {
        var type = (RecordType)((question[^4] << 8) | question[^3]);
        bool isTransfer = type is RecordType.Transfer or RecordType.IncrementalTransfer;

        // An IXFR brings its SOA in the authority section (RFC 1995 §3); no other query has records there (RFC 1035 §4.1).
        bool sections = header.AnswerCount == 0 && (header.AuthorityCount == 0 || isTransfer)
            && reader.TrySkipRecords(header.AuthorityCount);
        if (!sections || !TryReadAdditional(header.AdditionalCount, ref reader, ref requestor, out byte version) || !reader.AtEnd)
            return Reject(requestor, question, Rcode.FormatError);

        if (version != Edns.SupportedVersion) return Reject(requestor, question, Rcode.BadVersion);
        if (type == RecordType.Opt) return Reject(requestor, question, Rcode.FormatError);
        if (isTransfer) return Reject(requestor, question, Rcode.Refused);
        return new() { Verdict = Verdict.Accepted, Requestor = requestor, Question = question };
    }

    /// <summary>Finds the OPT record; more than one is an error (RFC 6891 §6.1.1), others are none of ours.</summary>
    private static bool TryReadAdditional(int count, ref MessageReader reader, ref Requestor requestor, out byte version)
    {
        version = Edns.SupportedVersion;
        for (int i = 0; i < count; i++)
        {
            if (!reader.TryReadRecord(out ResourceRecord record)) return false;
            if (record.Type != RecordType.Opt) continue;
            if (requestor.UsesEdns) return false;
            // Even a broken OPT record is answered with one (RFC 6891 §7).
            bool isWhole = Edns.TryRead(record, out Edns edns);
            requestor = requestor with { UsesEdns = true, UdpPayloadSize = edns.UdpPayloadSize, DnssecOk = edns.DnssecOk };
            if (!isWhole) return false;
            version = edns.Version;
        }
        return true;
    }

    private static ScreenedMessage Reject(scoped in Requestor requestor, ReadOnlySpan<byte> question, Rcode rcode) =>
        new() { Verdict = Verdict.Rejected, Requestor = requestor, Question = question, Rcode = rcode };
}
