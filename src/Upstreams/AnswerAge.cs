using System.Buffers.Binary;
using System.Buffers.Text;
using DotProxy.Dns;

namespace DotProxy.Upstreams;

/// <summary>How long an answer has lain in HTTP caches on its way: that time of its TTLs is over (RFC 8484 §5.1).</summary>
internal static class AnswerAge
{
    /// <summary>From a TTL's owner name to it: type and class (RFC 1035 §4.1.3).</summary>
    private const int TtlOffset = 4;

    /// <summary>The Age field (RFC 9111 §5.1) in seconds: zero where it is no number, the largest where it is too large (§1.2.2).</summary>
    public static uint Parse(ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty || value.ContainsAnyExceptInRange((byte)'0', (byte)'9')) return 0;
        return Utf8Parser.TryParse(value, out uint age, out _) ? age : uint.MaxValue;
    }

    /// <summary>
    /// Takes the age off every TTL, down to zero; OPT has flags in that place. A message that ends too soon is changed as far as it
    /// goes: whoever reads it next finds it malformed.
    /// </summary>
    public static void Apply(uint age, Span<byte> message)
    {
        if (age == 0 || !Header.TryRead(message, out Header header)) return;
        var reader = new MessageReader(message);
        for (int i = 0; i < header.QuestionCount; i++)
        {
            if (!reader.TryReadQuestion(out _)) return;
        }
        for (int i = header.AnswerCount + header.AuthorityCount + header.AdditionalCount; i > 0 && reader.TryReadRecord(out ResourceRecord record); i--)
        {
            if (record.Type == RecordType.Opt) continue;
            int ttl = reader.Position - record.Data.Length - WireLimits.RecordFields + TtlOffset;
            BinaryPrimitives.WriteUInt32BigEndian(message[ttl..], Reduced(record.TimeToLive, age));
        }
    }

    /// <summary>A TTL with its first bit set counts as zero (RFC 2181 §8), and must not become a long one by this.</summary>
    private static uint Reduced(uint ttl, uint age) => ttl <= int.MaxValue && ttl > age ? ttl - age : 0;
}
