namespace DotProxy.Dns;

/// <summary>The record types that a forwarder treats apart; every other one passes through (RFC 3597, RFC 5625 §4).</summary>
internal enum RecordType : ushort
{
    /// <summary>Marks the start of a zone; in a negative answer it says for how long (RFC 2308 §3).</summary>
    StartOfAuthority = 6,

    /// <summary>The EDNS pseudo-record (RFC 6891).</summary>
    Opt = 41,

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
