using System.Buffers.Binary;

namespace DotProxy.Dns;

/// <summary>
/// Walks a message section by section. Every step says whether it succeeded, and none reads past the end:
/// a received length is never trusted.
/// </summary>
internal ref struct MessageReader(ReadOnlySpan<byte> message)
{
    private readonly ReadOnlySpan<byte> _message = message;

    public int Position { get; private set; } = WireLimits.Header;

    public readonly bool AtEnd => Position == _message.Length;

    /// <summary>A question (RFC 1035 §4.1.2): uncompressed name, type and class, as the octets that stood there.</summary>
    public bool TryReadQuestion(out ReadOnlySpan<byte> question)
    {
        question = default;
        if (!DomainName.TryMeasure(_message, Position, out int length) || Position + length + 4 > _message.Length) return false;
        question = _message.Slice(Position, length + 4);
        Position += length + 4;
        return true;
    }

    /// <summary>
    /// A resource record (RFC 1035 §4.1.3):
    /// <code>
    /// NAME | TYPE 16 | CLASS 16 | TTL 32 | RDLENGTH 16 | RDATA
    /// </code>
    /// </summary>
    public bool TryReadRecord(out ResourceRecord record)
    {
        record = default;
        int start = Position, fields = start;
        if (!DomainName.TrySkip(_message, ref fields) || fields + WireLimits.RecordFields > _message.Length) return false;
        ReadOnlySpan<byte> fixedPart = _message.Slice(fields, WireLimits.RecordFields);
        int dataLength = BinaryPrimitives.ReadUInt16BigEndian(fixedPart[8..]);
        int data = fields + WireLimits.RecordFields;
        if (data + dataLength > _message.Length) return false;
        record = new ResourceRecord
        {
            Start = start,
            OwnerIsRoot = _message[start] == 0,
            Type = (RecordType)BinaryPrimitives.ReadUInt16BigEndian(fixedPart),
            Class = BinaryPrimitives.ReadUInt16BigEndian(fixedPart[2..]),
            TimeToLive = BinaryPrimitives.ReadUInt32BigEndian(fixedPart[4..]),
            Data = _message.Slice(data, dataLength),
        };
        Position = data + dataLength;
        return true;
    }

    public bool TrySkipRecords(int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (!TryReadRecord(out _)) return false;
        }
        return true;
    }
}
