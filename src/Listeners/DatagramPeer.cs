using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DotProxy.Listeners;

/// <summary>
/// Where a datagram came from and which local address it was sent to, as the kernel's octets: a reply goes back the same way
/// (RFC 2181 §4.1) without either being taken apart.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal struct DatagramPeer
{
    /// <summary>A <c>sockaddr_in6</c>, the larger of the two kinds.</summary>
    public const int MaxAddress = 28;

    /// <summary>A <c>cmsghdr</c> with an <c>in6_pktinfo</c>, the larger of the two kinds, rounded up as CMSG_SPACE does.</summary>
    public const int MaxControl = 40;

    public AddressOctets Address;
    public ControlOctets Control;
    public byte AddressLength;

    /// <summary>Zero where the socket is bound to one address: replies cannot leave from another.</summary>
    public byte ControlLength;

    [InlineArray(MaxAddress)]
    internal struct AddressOctets
    {
        private byte _first;
    }

    [InlineArray(MaxControl)]
    internal struct ControlOctets
    {
        private byte _first;
    }
}
