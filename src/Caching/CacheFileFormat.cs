using System.Buffers;
using System.Buffers.Binary;
using DotProxy.Dns;

namespace DotProxy.Caching;

/// <summary>
/// How entries stand in a cache file, in big-endian order:
/// <code>
/// FLAGS 8 | KIND 8 | MESSAGE LENGTH 16 | AGE 32 | LEFT 32 (seconds; negative when stale) | MESSAGE
/// </code>
/// </summary>
internal static class CacheFileFormat
{
    public const int LongestEntry = EntryFields + WireLimits.Message;

    private const int Version = 1, EntryFields = 12, FileFields = 8 + sizeof(int) + sizeof(long);

    private static ReadOnlySpan<byte> Magic => "DOTPROXY"u8;

    public static void WriteHeader(ArrayBufferWriter<byte> output, long unixSeconds)
    {
        Span<byte> fields = output.GetSpan(FileFields);
        Magic.CopyTo(fields);
        BinaryPrimitives.WriteInt32BigEndian(fields[8..], Version);
        BinaryPrimitives.WriteInt64BigEndian(fields[12..], unixSeconds);
        output.Advance(FileFields);
    }

    public static bool TryReadHeader(Stream input, out long unixSeconds)
    {
        Span<byte> fields = stackalloc byte[FileFields];
        bool isWhole = input.ReadAtLeast(fields, FileFields, throwOnEndOfStream: false) == FileFields;
        unixSeconds = BinaryPrimitives.ReadInt64BigEndian(fields[12..]);
        return isWhole && fields.StartsWith(Magic) && BinaryPrimitives.ReadInt32BigEndian(fields[8..]) == Version;
    }

    /// <summary>False for a failure: after a restart it is worth asking again.</summary>
    public static bool TryWrite(ArrayBufferWriter<byte> output, scoped in CachedAnswer entry, uint now)
    {
        if (entry.Kind == EntryKind.Failure) return false;
        Span<byte> fields = output.GetSpan(EntryFields + entry.Message.Length);
        fields[0] = (byte)entry.Flags;
        fields[1] = (byte)entry.Kind;
        BinaryPrimitives.WriteUInt16BigEndian(fields[2..], (ushort)entry.Message.Length);
        BinaryPrimitives.WriteInt32BigEndian(fields[4..], (int)(now - entry.StoredAt));
        BinaryPrimitives.WriteInt32BigEndian(fields[8..], (int)(entry.ExpiresAt - now));
        entry.Message.CopyTo(fields[EntryFields..]);
        output.Advance(EntryFields + entry.Message.Length);
        return true;
    }

    /// <param name="buffer">At least <see cref="LongestEntry"/>; the entry lives in it.</param>
    public static bool TryRead(Stream input, byte[] buffer, out StoredEntry entry)
    {
        entry = default;
        if (input.ReadAtLeast(buffer.AsSpan(0, EntryFields), EntryFields, throwOnEndOfStream: false) < EntryFields) return false;
        int length = BinaryPrimitives.ReadUInt16BigEndian(buffer.AsSpan(2));
        Span<byte> message = buffer.AsSpan(EntryFields, length);
        if (input.ReadAtLeast(message, length, throwOnEndOfStream: false) < length) return false;
        entry = new StoredEntry
        {
            Flags = (KeyFlags)buffer[0],
            Kind = (EntryKind)buffer[1],
            Age = BinaryPrimitives.ReadInt32BigEndian(buffer.AsSpan(4)),
            Left = BinaryPrimitives.ReadInt32BigEndian(buffer.AsSpan(8)),
            Message = message,
        };
        return true;
    }
}
