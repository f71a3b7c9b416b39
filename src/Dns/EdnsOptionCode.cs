namespace DotProxy.Dns;

/// <summary>The EDNS options that a forwarder reads or writes.</summary>
internal enum EdnsOptionCode : ushort
{
    /// <summary>RFC 7828.</summary>
    TcpKeepalive = 11,

    /// <summary>RFC 7830.</summary>
    Padding = 12,

    /// <summary>RFC 8914.</summary>
    ExtendedError = 15,
}
