using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace DotProxy.Configuration;

/// <summary>Reads <c>ADDRESS</c>, <c>ADDRESS:PORT</c> and <c>[IPV6]:PORT</c>.</summary>
internal static class EndPointText
{
    /// <summary>Null where the text is anything else: a name, a short form such as <c>127.1</c>, a port out of range.</summary>
    public static IPEndPoint? Parse(string text, int defaultPort)
    {
        (string host, string? port) = Split(text);
        bool bracketed = text.StartsWith('[');
        if (!IPAddress.TryParse(host, out IPAddress? address)) return null;
        bool isV6 = address.AddressFamily == AddressFamily.InterNetworkV6;
        // .NET reads "127.1", "0x7f.0.0.1" and "010.0.0.1" (which is 8.0.0.1) as addresses too; whoever writes them has made a mistake.
        if (isV6 ? host.Contains('[', StringComparison.Ordinal) : bracketed || address.ToString() != host) return null;
        if (port is null) return new IPEndPoint(address, defaultPort);
        return ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out ushort number) ? new IPEndPoint(address, number) : null;
    }

    private static (string Host, string? Port) Split(string text)
    {
        if (text.StartsWith('['))
        {
            int end = text.IndexOf(']', StringComparison.Ordinal);
            if (end < 0) return ("", null);
            string rest = text[(end + 1)..];
            if (rest.Length == 0) return (text[1..end], null);
            return rest[0] == ':' ? (text[1..end], rest[1..]) : ("", null);
        }
        int colon = text.LastIndexOf(':');
        bool isBareV6 = colon >= 0 && text.IndexOf(':', StringComparison.Ordinal) != colon;
        return colon < 0 || isBareV6 ? (text, null) : (text[..colon], text[(colon + 1)..]);
    }
}
