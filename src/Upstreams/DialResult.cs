using System.Net;
using System.Net.Security;
using DotProxy.Dns;

namespace DotProxy.Upstreams;

/// <summary>What a dial of one address came to: a stream, which whoever takes it disposes, or the cause why there is none.</summary>
/// <param name="Took">From the first packet to the end of the handshake, or to the failure.</param>
internal sealed record DialResult(IPEndPoint Address, TimeSpan Took, SslStream? Stream, HandshakeStream? Transport)
{
    /// <summary>In few plain words.</summary>
    public string Cause { get; init; } = "";

    public ExtendedErrorCode Code { get; init; } = ExtendedErrorCode.NetworkError;

    /// <summary>Whether dialling again may help: a wrong certificate does not right itself.</summary>
    public bool CanBeRetried { get; init; } = true;

    public void Close()
    {
        Transport?.Dispose();
        Stream?.Dispose();
    }
}
