namespace DotProxy.Dns;

/// <summary>The record types that a forwarder treats apart; every other one passes through (RFC 3597, RFC 5625 §4).</summary>
internal enum RecordType : ushort
{
    /// <summary>The EDNS pseudo-record (RFC 6891).</summary>
    Opt = 41,

    /// <summary>Incremental zone transfer (RFC 1995).</summary>
    IncrementalTransfer = 251,

    /// <summary>Zone transfer (RFC 5936).</summary>
    Transfer = 252,
}
