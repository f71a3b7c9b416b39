using DotProxy.Dns;

namespace DotProxy.Resolution;

/// <summary>An upstream's message taken apart where the reply needs it: all records but OPT, and what OPT said.</summary>
internal readonly ref struct AnswerParts
{
    public Header Header { get; private init; }

    /// <summary>Answer, authority and additional records as they stood behind the question, up to the OPT record.</summary>
    public ReadOnlySpan<byte> Records { get; private init; }

    /// <summary>The part of <see cref="Records"/> before the additional ones.</summary>
    public ReadOnlySpan<byte> Essential { get; private init; }

    /// <summary>How many of <see cref="Records"/> are additional ones.</summary>
    public int AdditionalCount { get; private init; }

    public byte ExtendedRcode { get; private init; }

    public EdnsOptions Options { get; private init; }

    /// <summary>The parts of a message without OPT that was taken apart before.</summary>
    public static AnswerParts Of(ReadOnlySpan<byte> message, int questionLength, int essentialLength)
    {
        ReadOnlySpan<byte> records = message[(WireLimits.Header + questionLength)..];
        return Header.TryRead(message, out Header header)
            ? new AnswerParts { Header = header, Records = records, Essential = records[..essentialLength], AdditionalCount = header.AdditionalCount }
            : default;
    }

    /// <summary>The parts of an answer that is made here.</summary>
    /// <param name="records">As they are to stand behind the question: a name in them is whole, or points to the question's.</param>
    public static AnswerParts Of(Rcode rcode, ushort answers, ushort authority, ReadOnlySpan<byte> records)
    {
        HeaderFlags flags = HeaderFlags.Response | HeaderFlags.AuthoritativeAnswer | (HeaderFlags)rcode;
        return new AnswerParts { Header = new Header(0, flags, 1, answers, authority, 0), Records = records, Essential = records };
    }

    /// <summary>
    /// Reads a message whose question has <paramref name="questionLength"/> octets, or that has none (a bare error). False where
    /// its records run past its end or OPT is broken. Records behind OPT, which hardly a server writes, are left out: cutting
    /// OPT from before them would bend their compression pointers, and additional records may be missing (RFC 2181 §9).
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> message, int questionLength, out AnswerParts parts)
    {
        parts = default;
        if (!Header.TryRead(message, out Header header)) return false;
        if (header.QuestionCount == 0)
        {
            parts = new AnswerParts { Header = header };
            return true;
        }

        var reader = new MessageReader(message);
        if (!reader.TryReadQuestion(out ReadOnlySpan<byte> question) || question.Length != questionLength
            || !reader.TrySkipRecords(header.AnswerCount) || !reader.TrySkipRecords(header.AuthorityCount))
            return false;

        int start = WireLimits.Header + questionLength;
        int additional = reader.Position;
        for (int i = 0; i < header.AdditionalCount; i++)
        {
            if (!reader.TryReadRecord(out ResourceRecord record)) return false;
            if (record.Type != RecordType.Opt) continue;
            if (!Edns.TryRead(record, out Edns edns)) return false;
            parts = new AnswerParts
            {
                Header = header,
                Records = message[start..record.Start],
                Essential = message[start..additional],
                AdditionalCount = i,
                ExtendedRcode = edns.ExtendedRcode,
                Options = edns.Options,
            };
            return true;
        }
        parts = new AnswerParts
        {
            Header = header,
            Records = message[start..reader.Position],
            Essential = message[start..additional],
            AdditionalCount = header.AdditionalCount,
        };
        return true;
    }
}
