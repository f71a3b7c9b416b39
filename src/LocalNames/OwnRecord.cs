using System.Buffers.Binary;
using DotProxy.Dns;

namespace DotProxy.LocalNames;

/// <summary>Records of our own, as they stand behind the question.</summary>
internal static class OwnRecord
{
    /// <summary>The question's name: a pointer to where it always is, right behind the header (RFC 1035 §4.1.4).</summary>
    public static ReadOnlySpan<byte> QuestionName => [0xC0, WireLimits.Header];

    /// <summary>The end of the question's name, from so many octets into it.</summary>
    public static byte[] PointerIntoQuestion(int offset) => [(byte)(0xC0 | ((WireLimits.Header + offset) >> 8)), (byte)(WireLimits.Header + offset)];

    // RFC 6303 §3 gives the values: "@ 10800 IN SOA @ nobody.invalid. 1 3600 1200 604800 10800".
    private const uint Serial = 1, Refresh = 3600, Retry = 1200, Expire = 604_800;
    private static readonly byte[] s_nobody = HostName.Parse("nobody.invalid");

    /// <summary>
    /// A record in class IN (RFC 1035 §4.1.3):
    /// <code>
    /// NAME | TYPE 16 | CLASS 16 | TTL 32 | RDLENGTH 16 | RDATA
    /// </code>
    /// </summary>
    public static byte[] Create(ReadOnlySpan<byte> owner, RecordType type, uint ttl, ReadOnlySpan<byte> data)
    {
        byte[] record = new byte[owner.Length + WireLimits.RecordFields + data.Length];
        owner.CopyTo(record);
        Span<byte> fields = record.AsSpan(owner.Length);
        BinaryPrimitives.WriteUInt16BigEndian(fields, (ushort)type);
        BinaryPrimitives.WriteUInt16BigEndian(fields[2..], WireLimits.InternetClass);
        BinaryPrimitives.WriteUInt32BigEndian(fields[4..], ttl);
        BinaryPrimitives.WriteUInt16BigEndian(fields[8..], (ushort)data.Length);
        data.CopyTo(fields[WireLimits.RecordFields..]);
        return record;
    }

    /// <summary>
    /// Its TTL and MINIMUM are the same, as RFC 6303 §3 asks, and say how long to remember that there is nothing (RFC 2308 §4):
    /// <code>
    /// MNAME | RNAME | SERIAL 32 | REFRESH 32 | RETRY 32 | EXPIRE 32 | MINIMUM 32
    /// </code>
    /// </summary>
    public static byte[] CreateStartOfAuthority(ReadOnlySpan<byte> owner, uint ttl)
    {
        Span<uint> numbers = [Serial, Refresh, Retry, Expire, ttl];
        byte[] data = new byte[owner.Length + s_nobody.Length + (numbers.Length * sizeof(uint))];
        owner.CopyTo(data);
        s_nobody.CopyTo(data.AsSpan(owner.Length));
        Span<byte> rest = data.AsSpan(owner.Length + s_nobody.Length);
        for (int i = 0; i < numbers.Length; i++) BinaryPrimitives.WriteUInt32BigEndian(rest[(i * sizeof(uint))..], numbers[i]);
        return Create(owner, RecordType.StartOfAuthority, ttl, data);
    }
}
