using System.Buffers.Binary;
using DotProxy.Dns;
using DotProxy.Resolution;

namespace DotProxy.Caching;

/// <summary>Whether an upstream's answer may be remembered, as what, and for how long (RFC 2308, RFC 8767).</summary>
internal readonly record struct AnswerLifetime(EntryKind Kind, uint Seconds, bool HasLongerTtls)
{
    private const int SoaMinimum = sizeof(uint);

    /// <summary>False where it is not to be remembered.</summary>
    public static bool TryFind(ReadOnlySpan<byte> message, in AnswerParts parts, CachePolicy policy, out AnswerLifetime lifetime)
    {
        lifetime = default;
        Header header = parts.Header;
        bool isNameError = header.LowRcode == (int)Rcode.NameError;
        if (parts.ExtendedRcode != 0 || (header.LowRcode != (int)Rcode.NoError && !isNameError)) return false;
        if ((header.Flags & HeaderFlags.Truncated) != 0) return false;

        var reader = new MessageReader(message);
        if (!reader.TryReadQuestion(out ReadOnlySpan<byte> question)) return false;
        var type = (RecordType)BinaryPrimitives.ReadUInt16BigEndian(question[^4..]);
        if (type is RecordType.TransactionKey or RecordType.TransactionSignature) return false;

        var seen = new Seen(type);
        if (!seen.TryRead(ref reader, header)) return false;
        bool isNegative = isNameError || !seen.HasWhatWasAskedFor;
        // RFC 2308 §5: without its SOA nobody says for how long there is nothing.
        if (isNegative && seen.Negative is null) return false;

        // RFC 8767 §4: a TTL with the top bit set counts as a large one.
        uint seconds = Math.Min(seen.Least, policy.MaxTtl);
        if (isNegative) seconds = Math.Min(seconds, Math.Min(seen.Negative!.Value, CachePolicy.MaxNegativeTtl));
        // RFC 1035 §3.2.1: zero is for the transaction in progress; whoever sets a minimum has said otherwise.
        seconds = Math.Max(seconds, policy.MinTtl);
        lifetime = new AnswerLifetime(isNegative ? EntryKind.Negative : EntryKind.Positive, seconds, seen.Most > policy.MaxTtl);
        return seconds > 0;
    }

    /// <summary>What the records of an answer say about its time.</summary>
    private struct Seen(RecordType asked)
    {
        public uint Least = uint.MaxValue;
        public uint Most;
        public uint? Negative;
        public bool HasWhatWasAskedFor;

        public bool TryRead(ref MessageReader reader, Header header)
        {
            for (int i = 0; i < header.AnswerCount; i++)
            {
                if (!reader.TryReadRecord(out ResourceRecord record)) return false;
                HasWhatWasAskedFor |= record.Type == asked || asked == RecordType.Any;
                Note(record);
            }
            for (int i = 0; i < header.AuthorityCount; i++)
            {
                if (!reader.TryReadRecord(out ResourceRecord record)) return false;
                Note(record);
                if (record.Type == RecordType.StartOfAuthority && record.Data.Length > SoaMinimum)
                    Negative = Math.Min(record.TimeToLive, BinaryPrimitives.ReadUInt32BigEndian(record.Data[^SoaMinimum..]));
            }
            for (int i = 0; i < header.AdditionalCount; i++)
            {
                if (!reader.TryReadRecord(out ResourceRecord record)) return false;
                if (record.Type != RecordType.Opt) Note(record);
            }
            return true;
        }

        private void Note(in ResourceRecord record)
        {
            Least = Math.Min(Least, record.TimeToLive);
            Most = Math.Max(Most, record.TimeToLive);
        }
    }
}
