using System.Buffers.Binary;
using DotProxy.Dns;

namespace DotProxy.Upstreams;

/// <summary>What a connection reads of the answers that it carries.</summary>
internal static class UpstreamAnswer
{
    // RFC 7828 §3.1: the timeout is two octets, in units of 100 milliseconds.
    private const int TimeoutLength = 2, TimeoutUnit = 100;

    /// <summary>A response to one question, or a bare header that names an error, as servers send that could not parse it.</summary>
    public static bool TryRead(ReadOnlySpan<byte> message, out ushort id, out ReadOnlySpan<byte> question)
    {
        question = default;
        id = 0;
        if (!Header.TryRead(message, out Header header) || !header.IsResponse) return false;
        id = header.Id;
        if (header.QuestionCount == 0)
            return header.AnswerCount == 0 && header.AuthorityCount == 0 && header.LowRcode != (int)Rcode.NoError;
        return header.QuestionCount == 1 && new MessageReader(message).TryReadQuestion(out question);
    }

    /// <summary>How long the server lets the connection be idle; null where it does not say (RFC 7828 §3.3.2).</summary>
    public static TimeSpan? ReadIdleTimeout(ReadOnlySpan<byte> message)
    {
        var reader = new MessageReader(message);
        if (!Header.TryRead(message, out Header header) || header.QuestionCount != 1 || !reader.TryReadQuestion(out _)) return null;
        if (!reader.TrySkipRecords(header.AnswerCount + header.AuthorityCount)) return null;
        for (int i = 0; i < header.AdditionalCount && reader.TryReadRecord(out ResourceRecord record); i++)
        {
            if (record.Type == RecordType.Opt && Edns.TryRead(record, out Edns edns)) return ReadIdleTimeout(edns.Options);
        }
        return null;
    }

    private static TimeSpan? ReadIdleTimeout(EdnsOptions options)
    {
        while (options.TryReadNext(out EdnsOptionCode code, out ReadOnlySpan<byte> data))
        {
            if (code == EdnsOptionCode.TcpKeepalive && data.Length == TimeoutLength) return TimeSpan.FromMilliseconds(BinaryPrimitives.ReadUInt16BigEndian(data) * TimeoutUnit);
        }
        return null;
    }
}
