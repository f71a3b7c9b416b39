using DotProxy.Dns;

namespace DotProxy.Resolution;

/// <summary>
/// What the asking side (RFC 6891's requestor) said about itself, by which its reply is shaped: its ID, its flags and its EDNS.
/// </summary>
internal readonly record struct Requestor(ushort Id, HeaderFlags Flags, bool UsesEdns, ushort UdpPayloadSize, bool DnssecOk)
{
    /// <summary>Whether it understands the AD bit in a reply (RFC 6840 §5.7, §5.8).</summary>
    public bool WantsAuthenticData => DnssecOk || (Flags & HeaderFlags.AuthenticData) != 0;

    /// <summary>The octets a reply over UDP may have: 512 without EDNS, else what it takes and no path fragments (RFC 9715).</summary>
    public int UdpLimit =>
        UsesEdns ? Math.Clamp((int)UdpPayloadSize, WireLimits.PlainUdp, WireLimits.UnfragmentedUdp) : WireLimits.PlainUdp;
}
