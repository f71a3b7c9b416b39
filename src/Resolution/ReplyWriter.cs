using System.Buffers.Binary;
using DotProxy.Dns;

namespace DotProxy.Resolution;

/// <summary>
/// Shapes the reply to one requestor: its ID, its letter case, its flags and an OPT record if and only if it sent one. OPT is
/// hop by hop (RFC 6891 §6.1.1): the upstream's is taken off, and only its extended errors are passed on (RFC 8914 §3).
/// </summary>
internal static class ReplyWriter
{
    /// <summary>Room for a reply that is not an upstream's message: header, question, OPT and an extended error.</summary>
    public const int MaxOwnReply = WireLimits.Header + WireLimits.Question + MaxOwnOpt;

    private const int MaxOwnOpt = WireLimits.EmptyOpt + WireLimits.OptionHeader + 2 + ExtendedError.MaxText;

    /// <summary>The room that no reply with this outcome exceeds.</summary>
    public static int MaxLength(in Outcome outcome)
    {
        int length = outcome.Message.IsEmpty
            ? MaxOwnReply + outcome.Answer.Records.Length
            : Math.Max(outcome.Message.Length + WireLimits.EmptyOpt, MaxOwnReply);
        return Math.Min(length, WireLimits.Message);
    }

    /// <summary>
    /// Writes the reply and returns its length. What does not fit into <paramref name="destination"/> (at least 512 octets) is
    /// left out and marked as truncated (RFC 2181 §9).
    /// </summary>
    public static int Write(in Requestor requestor, ReadOnlySpan<byte> question, in Outcome outcome, Span<byte> destination)
    {
        if (outcome.IsOwnFailure) return WriteError(requestor, question, (int)outcome.Rcode, outcome.Note, destination);
        AnswerParts parts = outcome.Answer;
        if (!outcome.IsTakenApart && !AnswerParts.TryRead(outcome.Message, question.Length, out parts))
            return WriteError(requestor, question, (int)Rcode.ServerFailure, Failure.MalformedAnswer.Note, destination);
        if (parts.Header.QuestionCount == 0) return WriteError(requestor, question, parts.Header.LowRcode, default, destination);
        return WriteAnswer(requestor, question, parts, outcome.Ttl, outcome.Note, destination);
    }

    private static int WriteAnswer(
        in Requestor requestor, ReadOnlySpan<byte> question, in AnswerParts parts, TtlChange ttl, in ExtendedError note, Span<byte> destination)
    {
        int room = destination.Length - WireLimits.Header - question.Length - (requestor.UsesEdns ? WireLimits.EmptyOpt : 0);
        bool isWhole = parts.Records.Length <= room;
        // Additional records may be left out without a word; what else does not fit is asked again over TCP (RFC 2181 §9).
        ReadOnlySpan<byte> records = isWhole ? parts.Records : parts.Essential;
        bool isTruncated = records.Length > room;

        var writer = new MessageWriter(destination);
        writer.Write(question);
        if (!isTruncated) writer.Write(records);
        if (!ttl.IsNone) ttl.Apply(destination[..writer.Position], WireLimits.Header + question.Length);
        if (requestor.UsesEdns) isTruncated |= !TryWriteOpt(ref writer, requestor, parts, note);

        Header counts = records.Length > room ? default : parts.Header;
        new Header(requestor.Id, AnswerFlags(requestor, parts, isTruncated), 1, counts.AnswerCount, counts.AuthorityCount,
            (ushort)((isWhole ? parts.AdditionalCount : 0) + (requestor.UsesEdns ? 1 : 0))).Write(destination);
        return writer.Position;
    }

    private static HeaderFlags AnswerFlags(in Requestor requestor, in AnswerParts parts, bool isTruncated)
    {
        HeaderFlags passed = HeaderFlags.AuthoritativeAnswer | HeaderFlags.Truncated | HeaderFlags.RcodeMask;
        if (requestor.WantsAuthenticData) passed |= HeaderFlags.AuthenticData;
        HeaderFlags flags = ReplyFlags(requestor) | (parts.Header.Flags & passed);
        if (isTruncated) flags |= HeaderFlags.Truncated;
        // An rcode above 15 cannot be said without EDNS.
        if (parts.ExtendedRcode != 0 && !requestor.UsesEdns) flags = (flags & ~HeaderFlags.RcodeMask) | (HeaderFlags)Rcode.ServerFailure;
        return flags;
    }

    /// <summary>False where an extended error had to be left out for want of room, which the TC bit should tell (RFC 8914 §3).</summary>
    private static bool TryWriteOpt(ref MessageWriter writer, in Requestor requestor, in AnswerParts parts, in ExtendedError note)
    {
        bool fits = true;
        int options = writer.BeginOpt(WireLimits.UnfragmentedUdp, parts.ExtendedRcode, requestor.DnssecOk);
        EdnsOptions upstream = parts.Options;
        while (upstream.TryReadNext(out EdnsOptionCode code, out ReadOnlySpan<byte> data))
        {
            if (code != EdnsOptionCode.ExtendedError) continue;
            if (WireLimits.OptionHeader + data.Length <= writer.Room) writer.WriteOption(code, data);
            else fits = false;
        }
        // Ours is the lesser loss: it says nothing about the data that a TC bit would bring.
        if (!note.IsNone && WireLimits.OptionHeader + 2 + note.Text.Length <= writer.Room) WriteExtendedError(ref writer, note);
        writer.EndOpt(options);
        return fits;
    }

    private static int WriteError(
        in Requestor requestor, ReadOnlySpan<byte> question, int rcode, in ExtendedError note, Span<byte> destination)
    {
        // BADVERS (16) is the one rcode here that needs EDNS, and only those who speak it are told.
        HeaderFlags flags = ReplyFlags(requestor) | ((HeaderFlags)rcode & HeaderFlags.RcodeMask);
        var writer = new MessageWriter(destination);
        writer.Write(question);
        if (requestor.UsesEdns)
        {
            int options = writer.BeginOpt(WireLimits.UnfragmentedUdp, (byte)(rcode >> 4), requestor.DnssecOk);
            if (!note.IsNone) WriteExtendedError(ref writer, note);
            writer.EndOpt(options);
        }
        new Header(requestor.Id, flags, (ushort)(question.IsEmpty ? 0 : 1), 0, 0, (ushort)(requestor.UsesEdns ? 1 : 0)).Write(destination);
        return writer.Position;
    }

    /// <summary>INFO-CODE 16 | EXTRA-TEXT, UTF-8 (RFC 8914 §2).</summary>
    private static void WriteExtendedError(ref MessageWriter writer, in ExtendedError note)
    {
        Span<byte> option = stackalloc byte[2 + ExtendedError.MaxText];
        BinaryPrimitives.WriteUInt16BigEndian(option, (ushort)note.Code);
        note.Text.CopyTo(option[2..]);
        writer.WriteOption(EdnsOptionCode.ExtendedError, option[..(2 + note.Text.Length)]);
    }

    /// <summary>RD and CD as asked (RFC 1035 §4.1.1, RFC 4035 §3.2.2); recursion is what a forwarder offers.</summary>
    private static HeaderFlags ReplyFlags(in Requestor requestor) =>
        HeaderFlags.Response | HeaderFlags.RecursionAvailable
        | (requestor.Flags & (HeaderFlags.OpcodeMask | HeaderFlags.RecursionDesired | HeaderFlags.CheckingDisabled));
}
