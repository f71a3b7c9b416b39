using System.Buffers.Binary;
using DotProxy.Dns;
using DotProxy.Resolution;

namespace DotProxy.Upstreams;

/// <summary>A query as it goes to a plain server, and what counts as the answer to it (RFC 5452 §9.1).</summary>
internal sealed class PlainQuestion
{
    private const int MaxLength = WireLimits.StreamLength + WireLimits.Header + WireLimits.Question + WireLimits.EmptyOpt;

    private const HeaderFlags Passed = HeaderFlags.RecursionDesired | HeaderFlags.AuthenticData | HeaderFlags.CheckingDisabled;

    private readonly byte[] _question;
    private readonly Requestor _requestor;
    private readonly FillRandom _fill;
    private readonly byte[] _octets = new byte[MaxLength];
    private int _length;
    private ushort _id;
    private bool _usesEdns = true;

    /// <summary>Copies what it needs: the query is not touched any more.</summary>
    public PlainQuestion(Query query, FillRandom fill)
    {
        _question = query.Question.ToArray();
        _requestor = query.Requestor;
        _fill = fill;
    }

    /// <summary>The message behind its length (RFC 7766 §8).</summary>
    public ReadOnlyMemory<byte> Framed => _octets.AsMemory(0, _length);

    public ReadOnlyMemory<byte> Message => Framed[WireLimits.StreamLength..];

    /// <summary>Writes it anew, with an ID that nobody can foretell (RFC 5452 §9.2): each socket that it leaves from has its own.</summary>
    public void Renew()
    {
        Span<byte> random = stackalloc byte[sizeof(ushort)];
        _fill(random);
        _id = BinaryPrimitives.ReadUInt16LittleEndian(random);
        Span<byte> message = _octets.AsSpan(WireLimits.StreamLength);
        new Header(_id, _requestor.Flags & Passed, 1, 0, 0, (ushort)(_usesEdns ? 1 : 0)).Write(message);
        var writer = new MessageWriter(message);
        writer.Write(_question);
        // Not padded: in clear that hides nothing (RFC 7830 §6).
        if (_usesEdns) writer.EndOpt(writer.BeginOpt(WireLimits.UnfragmentedUdp, extendedRcode: 0, _requestor.DnssecOk));
        BinaryPrimitives.WriteUInt16BigEndian(_octets, (ushort)writer.Position);
        _length = WireLimits.StreamLength + writer.Position;
    }

    /// <summary>Whether it is the answer: ID and question fit. A bare header that names an error counts, as in <see cref="UpstreamConnection"/>.</summary>
    public bool IsAnsweredBy(ReadOnlySpan<byte> message)
    {
        if (!Header.TryRead(message, out Header header) || !header.IsResponse || header.Id != _id || header.Opcode != Opcode.Query) return false;
        if (header.QuestionCount == 0) return header.AnswerCount == 0 && header.AuthorityCount == 0 && header.LowRcode != (int)Rcode.NoError;
        return header.QuestionCount == 1 && new MessageReader(message).TryReadQuestion(out ReadOnlySpan<byte> question)
            && DomainName.QuestionsMatch(_question, question);
    }

    /// <summary>
    /// Whether the answer is that of a server from before EDNS, which finds an error where it meets OPT and has none itself
    /// (RFC 6891 §6.2.2, §7). Then it is to be asked again, for what comes after goes without.
    /// </summary>
    public bool ShouldGoWithoutEdns(ReadOnlySpan<byte> answer)
    {
        if (!_usesEdns || !Header.TryRead(answer, out Header header) || header.AdditionalCount != 0) return false;
        if ((Rcode)header.LowRcode is not (Rcode.FormatError or Rcode.NotImplemented)) return false;
        _usesEdns = false;
        return true;
    }

    public static bool IsTruncated(ReadOnlySpan<byte> answer) => Header.TryRead(answer, out Header header) && (header.Flags & HeaderFlags.Truncated) != 0;
}
