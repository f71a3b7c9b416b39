using System.Buffers.Binary;
using DotProxy.Dns;

namespace DotProxy.Bench.Synthetic;

/// <summary>
/// A zone in which every name has one address, a hash of the name: whoever asked can tell a right answer from one that was
/// mixed up with another's, and nothing needs to be stored.
/// </summary>
internal static class SyntheticZone
{
    public const ushort AddressType = 1, InternetClass = 1;

    /// <summary>The room that any answer needs: the longest question, its record, OPT, and padding.</summary>
    public const int MaxAnswer = 2 * AnswerPaddingBlock;

    // RFC 8467 §4.1: what a resolver pads its answers to, where the query was padded.
    private const int AnswerPaddingBlock = 468;
    private const int TimeToLive = 300;
    private const ushort PointerToQuestion = 0xC000 | WireLimits.Header;

    /// <summary>FNV-1a over the name in lower case, folded to the 32 bits of an address.</summary>
    public static uint AddressOf(ReadOnlySpan<byte> name)
    {
        ulong hash = 14695981039346656037;
        foreach (byte octet in name)
        {
            byte lower = octet is >= (byte)'A' and <= (byte)'Z' ? (byte)(octet | 0x20) : octet;
            hash = (hash ^ lower) * 1099511628211;
        }
        return (uint)(hash ^ (hash >> 32));
    }

    /// <summary>Writes the answer; false where the message is not one question.</summary>
    public static bool TryAnswer(ReadOnlySpan<byte> query, Span<byte> destination, out int length)
    {
        length = 0;
        var reader = new MessageReader(query);
        if (!Header.TryRead(query, out Header header) || header.IsResponse || header.QuestionCount != 1) return false;
        if (!reader.TryReadQuestion(out ReadOnlySpan<byte> question)) return false;
        bool hasOpt = header.AdditionalCount > 0 && reader.TryReadRecord(out ResourceRecord opt) && opt.Type == RecordType.Opt;
        bool isPadded = hasOpt && query.Length % WireLimits.QueryPaddingBlock == 0;
        bool isAddress = BinaryPrimitives.ReadUInt16BigEndian(question[^4..]) == AddressType;

        HeaderFlags flags = HeaderFlags.Response | HeaderFlags.RecursionAvailable | (header.Flags & HeaderFlags.RecursionDesired);
        new Header(header.Id, flags, 1, isAddress ? (ushort)1 : (ushort)0, 0, hasOpt ? (ushort)1 : (ushort)0).Write(destination);
        var writer = new MessageWriter(destination);
        writer.Write(question);
        if (isAddress) WriteAddress(ref writer, AddressOf(question[..^4]));
        if (hasOpt)
        {
            int options = writer.BeginOpt(WireLimits.UnfragmentedUdp, extendedRcode: 0, dnssecOk: false);
            if (isPadded) writer.WritePadding(AnswerPaddingBlock);
            writer.EndOpt(options);
        }
        length = writer.Position;
        return true;
    }

    private static void WriteAddress(ref MessageWriter writer, uint address)
    {
        Span<byte> record = stackalloc byte[16];
        BinaryPrimitives.WriteUInt16BigEndian(record, PointerToQuestion);
        BinaryPrimitives.WriteUInt16BigEndian(record[2..], AddressType);
        BinaryPrimitives.WriteUInt16BigEndian(record[4..], InternetClass);
        BinaryPrimitives.WriteUInt32BigEndian(record[6..], TimeToLive);
        BinaryPrimitives.WriteUInt16BigEndian(record[10..], sizeof(uint));
        BinaryPrimitives.WriteUInt32BigEndian(record[12..], address);
        writer.Write(record);
    }
}
