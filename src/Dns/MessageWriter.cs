using System.Buffers.Binary;

namespace DotProxy.Dns;

/// <summary>
/// Writes a message into room that the caller gives and has measured; a record that would not fit is a bug and throws.
/// </summary>
internal ref struct MessageWriter(Span<byte> destination)
{
    private readonly Span<byte> _destination = destination;

    public int Position { get; private set; } = WireLimits.Header;

    public readonly int Room => _destination.Length - Position;

    /// <summary>Octets as they are: a question, or whole records taken from another message at the same offset.</summary>
    public void Write(scoped ReadOnlySpan<byte> octets)
    {
        octets.CopyTo(_destination[Position..]);
        Position += octets.Length;
    }

    /// <summary>
    /// An OPT record up to and without its options (RFC 6891 §6.1.2); <see cref="EndOpt"/> says how long they became.
    /// </summary>
    public int BeginOpt(ushort udpPayloadSize, byte extendedRcode, bool dnssecOk)
    {
        Span<byte> opt = _destination.Slice(Position, WireLimits.EmptyOpt);
        opt[0] = 0;
        BinaryPrimitives.WriteUInt16BigEndian(opt[1..], (ushort)RecordType.Opt);
        BinaryPrimitives.WriteUInt16BigEndian(opt[3..], udpPayloadSize);
        BinaryPrimitives.WriteUInt32BigEndian(opt[5..], ((uint)extendedRcode << 24) | (dnssecOk ? Edns.DnssecOkFlag : 0));
        Position += WireLimits.EmptyOpt;
        return Position;
    }

    public readonly void EndOpt(int optionsStart) =>
        BinaryPrimitives.WriteUInt16BigEndian(_destination[(optionsStart - 2)..], (ushort)(Position - optionsStart));

    public void WriteOption(EdnsOptionCode code, scoped ReadOnlySpan<byte> data)
    {
        WriteOptionHeader(code, data.Length);
        Write(data);
    }

    /// <summary>Pads the message to a multiple of <paramref name="block"/> octets, all zero (RFC 7830 §3).</summary>
    public void WritePadding(int block)
    {
        int unpadded = Position + WireLimits.OptionHeader;
        int length = (block - (unpadded % block)) % block;
        WriteOptionHeader(EdnsOptionCode.Padding, length);
        _destination.Slice(Position, length).Clear();
        Position += length;
    }

    private void WriteOptionHeader(EdnsOptionCode code, int length)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_destination[Position..], (ushort)code);
        BinaryPrimitives.WriteUInt16BigEndian(_destination[(Position + 2)..], (ushort)length);
        Position += WireLimits.OptionHeader;
    }
}
