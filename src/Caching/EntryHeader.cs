using System.Runtime.InteropServices;

namespace DotProxy.Caching;

/// <summary>
/// What stands before each remembered message, 32 octets. Behind it stands the message as it would be on the wire, less OPT:
/// header, question in lower case, records; of a failure, a text for people (UTF-8) in the records' place.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct EntryHeader
{
    public const int Size = 32;

    /// <summary>Of the key. First, like <see cref="Length"/>, because a filler has no more than these two.</summary>
    public uint Hash;

    /// <summary>Octets of header and message, rounded up to a multiple of eight.</summary>
    public int Length;

    /// <summary>Seconds of the cache's clock.</summary>
    public uint StoredAt;

    /// <summary>Seconds of the cache's clock; from then on it is stale.</summary>
    public uint ExpiresAt;

    /// <summary>Seconds of the cache's clock; until then asking again has just failed.</summary>
    public uint RetryAt;

    public ushort MessageLength;

    public ushort QuestionLength;

    /// <summary>Octets of the records before the additional ones.</summary>
    public ushort EssentialLength;

    public KeyFlags Flags;

    public EntryKind Kind;

    /// <summary>How often in a row asking failed.</summary>
    public byte Failures;
}

internal enum EntryKind : byte
{
    /// <summary>Records that answer the question.</summary>
    Positive,

    /// <summary>No such name, or no such records (RFC 2308).</summary>
    Negative,

    /// <summary>No answer could be had (RFC 9520).</summary>
    Failure,
}
