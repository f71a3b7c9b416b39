using System.Buffers.Binary;

namespace DotProxy.Dns;

/// <summary>The fixed header of every message (RFC 1035 §4.1.1).</summary>
internal readonly record struct Header(
    ushort Id, HeaderFlags Flags, ushort QuestionCount, ushort AnswerCount, ushort AuthorityCount, ushort AdditionalCount)
{
    public bool IsResponse => (Flags & HeaderFlags.Response) != 0;

    public Opcode Opcode => (Opcode)((int)(Flags & HeaderFlags.OpcodeMask) >> 11);

    /// <summary>The low four bits of the response code; EDNS adds eight above them (RFC 6891 §6.1.3).</summary>
    public int LowRcode => (int)(Flags & HeaderFlags.RcodeMask);

    /// <summary>False where the message ends before its header does.</summary>
    public static bool TryRead(ReadOnlySpan<byte> message, out Header header)
    {
        header = default;
        if (message.Length < WireLimits.Header) return false;
        header = new Header(
            BinaryPrimitives.ReadUInt16BigEndian(message),
            (HeaderFlags)BinaryPrimitives.ReadUInt16BigEndian(message[2..]),
            BinaryPrimitives.ReadUInt16BigEndian(message[4..]),
            BinaryPrimitives.ReadUInt16BigEndian(message[6..]),
            BinaryPrimitives.ReadUInt16BigEndian(message[8..]),
            BinaryPrimitives.ReadUInt16BigEndian(message[10..]));
        return true;
    }

    /// <summary>Writes the twelve octets; the caller has made room for them.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt16BigEndian(destination, Id);
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)Flags);
        BinaryPrimitives.WriteUInt16BigEndian(destination[4..], QuestionCount);
        BinaryPrimitives.WriteUInt16BigEndian(destination[6..], AnswerCount);
        BinaryPrimitives.WriteUInt16BigEndian(destination[8..], AuthorityCount);
        BinaryPrimitives.WriteUInt16BigEndian(destination[10..], AdditionalCount);
    }
}
