using System.Net;
using DotProxy.Dns;

namespace DotProxy.LocalNames;

/// <summary>The name under which an address's own name is found.</summary>
internal static class ReverseName
{
    private const string HexDigits = "0123456789abcdef";

    /// <summary>On the wire: octets in reverse under in-addr.arpa (RFC 1035 §3.5), or hexadecimal digits under ip6.arpa (RFC 3596 §2.5).</summary>
    public static byte[] Of(IPAddress address)
    {
        byte[] octets = address.GetAddressBytes();
        Span<char> text = stackalloc char[WireLimits.Name];
        int length = 0;
        for (int i = octets.Length - 1; i >= 0; i--)
        {
            if (octets.Length == 4)
            {
                octets[i].TryFormat(text[length..], out int digits);
                length += digits;
            }
            else
            {
                text[length++] = HexDigits[octets[i] & 15];
                text[length++] = '.';
                text[length++] = HexDigits[octets[i] >> 4];
            }
            text[length++] = '.';
        }
        string parent = octets.Length == 4 ? "in-addr.arpa" : "ip6.arpa";
        parent.CopyTo(text[length..]);
        return HostName.Parse(text[..(length + parent.Length)]);
    }
}
