using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace DotProxy.Configuration;

/// <summary>Reads an address to listen on: one that this machine can have, and that means just one thing.</summary>
internal static class ListenAddress
{
    /// <summary>DNS over UDP and TCP (RFC 1035 §4.2).</summary>
    public const int DefaultPort = 53;

    /// <summary>Reads <c>ADDRESS[:PORT]</c>; <paramref name="error"/> says what would be right.</summary>
    public static bool TryParse(string text, [MaybeNullWhen(false)] out IPEndPoint value, out string error)
    {
        if (!EndPointText.TryParse(text, DefaultPort, out value, out error))
        {
            if (error.Length == 0) error = "expected an IP address with an optional port, such as 127.0.0.1:5300 or [::1]:53" + PortAlone(text);
            return false;
        }
        error = Refusal(value, text);
        return error.Length == 0;
    }

    public static bool IsWildcard(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    /// <summary>RFC 5771 (224.0.0.0/4) and RFC 4291 §2.7 (ff00::/8).</summary>
    public static bool IsMulticast(IPAddress address) =>
        address.IsIPv6Multicast || (address.AddressFamily == AddressFamily.InterNetwork && address.GetAddressBytes()[0] >> 4 == 0b1110);

    private static string PortAlone(string text) =>
        EndPointText.ParsePort(text.StartsWith(':') ? text[1..] : text) is { } port
            ? $"; write 127.0.0.1:{port} for this machine alone, or 0.0.0.0:{port} for all of its IPv4 addresses"
            : "";

    private static string Refusal(IPEndPoint value, string text)
    {
        IPAddress address = value.Address;
        if (address.IsIPv4MappedToIPv6) return $"an IPv4 address is written as such: {address.MapToIPv4()}:{value.Port}";
        if (IsMulticast(address)) return "nobody can listen on a multicast address; give an address of this machine";
        if (address.Equals(IPAddress.Broadcast)) return "nobody can listen on the broadcast address; give an address of this machine";
        if (!address.IsIPv6LinkLocal || address.ScopeId != 0) return "";
        return text.Contains('%', StringComparison.Ordinal)
            ? "this machine has no such interface; 'ip link' lists those it has"
            : $"a link-local address needs its interface, such as [{address}%eth0]:{value.Port}";
    }
}
