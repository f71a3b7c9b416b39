namespace DotProxy.Configuration;

/// <summary>How an upstream is asked.</summary>
internal enum Transport
{
    /// <summary>DNS over TLS (RFC 7858).</summary>
    Tls,

    /// <summary>DNS over HTTPS (RFC 8484).</summary>
    Https,
}
