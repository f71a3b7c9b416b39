using System.Buffers.Binary;

namespace DotProxy.Upstreams;

/// <summary>RFC 9113 §6.</summary>
internal enum Http2FrameType : byte
{
    Data = 0,
    Headers = 1,
    ResetStream = 3,
    Settings = 4,
    PushPromise = 5,
    Ping = 6,
    GoAway = 7,
    WindowUpdate = 8,
    Continuation = 9,
}

/// <summary>
/// What everything in HTTP/2 is made of (RFC 9113 §4.1):
/// <code>
/// LENGTH 24 | TYPE 8 | FLAGS 8 | R 1 | STREAM 31 | PAYLOAD
/// </code>
/// </summary>
internal readonly ref struct Http2Frame
{
    public const int HeaderLength = 9;

    /// <summary>As long as nobody has allowed more (RFC 9113 §4.2), which we do not.</summary>
    public const int MaxPayload = 16384;

    /// <summary>END_STREAM, or ACK where the type is SETTINGS or PING; END_HEADERS; PADDED; PRIORITY.</summary>
    public const byte End = 1, EndHeaders = 4, Padded = 8, Priority = 0x20;

    private const int PriorityLength = 5;

    public Http2FrameType Type { get; private init; }

    public byte Flags { get; private init; }

    /// <summary>Zero for what concerns the connection.</summary>
    public uint Stream { get; private init; }

    public ReadOnlySpan<byte> Payload { get; private init; }

    /// <summary>The frame that stands first; false until it is whole.</summary>
    /// <param name="isTooLong">It is longer than it may be, and will never be whole.</param>
    public static bool TryRead(ReadOnlySpan<byte> received, out Http2Frame frame, out bool isTooLong)
    {
        frame = default;
        isTooLong = false;
        if (received.Length < HeaderLength) return false;
        int length = (received[0] << 16) | BinaryPrimitives.ReadUInt16BigEndian(received[1..]);
        isTooLong = length > MaxPayload;
        if (isTooLong || received.Length < HeaderLength + length) return false;
        frame = new Http2Frame
        {
            Type = (Http2FrameType)received[3],
            Flags = received[4],
            Stream = BinaryPrimitives.ReadUInt32BigEndian(received[5..]) & int.MaxValue,
            Payload = received.Slice(HeaderLength, length),
        };
        return true;
    }

    /// <summary>Writes the nine octets before a payload; the caller has made room for them.</summary>
    public static void WriteHeader(Span<byte> destination, int length, Http2FrameType type, byte flags, uint stream)
    {
        destination[0] = (byte)(length >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(destination[1..], (ushort)length);
        destination[3] = (byte)type;
        destination[4] = flags;
        BinaryPrimitives.WriteUInt32BigEndian(destination[5..], stream);
    }

    /// <summary>The payload of DATA or HEADERS without padding and priority (RFC 9113 §6.1, §6.2); false where they fill more than there is.</summary>
    public bool TryStrip(out ReadOnlySpan<byte> content)
    {
        content = Payload;
        int padding = 0;
        if ((Flags & Padded) != 0)
        {
            if (content.IsEmpty) return false;
            padding = content[0];
            content = content[1..];
        }
        if (Type == Http2FrameType.Headers && (Flags & Priority) != 0)
        {
            if (content.Length < PriorityLength) return false;
            content = content[PriorityLength..];
        }
        if (content.Length < padding) return false;
        content = content[..^padding];
        return true;
    }
}
