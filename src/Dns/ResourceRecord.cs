namespace DotProxy.Dns;

/// <summary>A record where it stands in its message (RFC 1035 §4.1.3); it lives as long as that buffer.</summary>
internal readonly ref struct ResourceRecord
{
    /// <summary>The offset of its owner name in the message.</summary>
    public int Start { get; init; }

    public bool OwnerIsRoot { get; init; }

    public RecordType Type { get; init; }

    /// <summary>The class; for OPT the requestor's UDP payload size (RFC 6891 §6.1.2).</summary>
    public ushort Class { get; init; }

    /// <summary>Seconds; for OPT the extended rcode, version and flags (RFC 6891 §6.1.3).</summary>
    public uint TimeToLive { get; init; }

    public ReadOnlySpan<byte> Data { get; init; }
}
