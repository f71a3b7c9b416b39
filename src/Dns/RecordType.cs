namespace DotProxy.Dns;

/// <summary>
/// The record types that a forwarder treats apart or gives itself; every other one passes through (RFC 3597, RFC 5625 §4).
/// </summary>
internal enum RecordType : ushort
{
    /// <summary>An IPv4 address (RFC 1035 §3.4.1).</summary>
    Address = 1,

    /// <summary>A name server of a zone (RFC 1035 §3.3.11).</summary>
    NameServer = 2,

    /// <summary>Marks the start of a zone; in a negative answer it says for how long (RFC 2308 §3).</summary>
    StartOfAuthority = 6,

    /// <summary>The name of an address (RFC 1035 §3.3.12, §3.5).</summary>
    Pointer = 12,

    /// <summary>An IPv6 address (RFC 3596 §2.1).</summary>
    Ipv6Address = 28,

    /// <summary>The EDNS pseudo-record (RFC 6891).</summary>
    Opt = 41,

    /// <summary>What a zone's keys are known by; it belongs to the zone above (RFC 4035 §3.1.4.1).</summary>
    DelegationSigner = 43,

    /// <summary>Establishes a key (RFC 2930): each answer is for one asker.</summary>
    TransactionKey = 249,

    /// <summary>Signs a message (RFC 8945): nothing that can be asked for.</summary>
    TransactionSignature = 250,

    /// <summary>Incremental zone transfer (RFC 1995).</summary>
    IncrementalTransfer = 251,

    /// <summary>Zone transfer (RFC 5936).</summary>
    Transfer = 252,

    /// <summary>All types that the answering side cares to give (RFC 8482).</summary>
    Any = 255,
}
