using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace DotProxy.Configuration;

/// <summary>Reads <c>ADDRESS</c>, <c>ADDRESS:PORT</c> and <c>[IPV6]:PORT</c>.</summary>
internal static class EndPointText
{
    /// <summary>False where the text is anything else: a name, a short form such as <c>127.1</c>, a port out of range.</summary>
    /// <param name="fault">What is wrong, where there is more to say than that it is no address; else empty.</param>
    public static bool TryParse(string text, int defaultPort, [NotNullWhen(true)] out IPEndPoint? value, out string fault)
    {
        value = null;
        fault = "";
        (string host, string? port) = Split(text);
        if (ParseAddress(host) is not { } address || (text.StartsWith('[') && address.AddressFamily == AddressFamily.InterNetwork)) return false;
        if (port is null && !text.StartsWith('[') && ReadWithPort(text) is { } other)
        {
            fault = $"it can be read in two ways: write {other} if the end is meant as a port, or [{text}] if it is not";
            return false;
        }
        if (port is null) value = new IPEndPoint(address, defaultPort);
        else if (ParsePort(port) is { } number) value = new IPEndPoint(address, number);
        else if (port.Length > 0 && port.All(char.IsAsciiDigit)) fault = $"port {port} is out of range; 65535 is the highest";
        return value is not null;
    }

    /// <summary>An address alone, without brackets; null where it is none.</summary>
    public static IPAddress? ParseAddress(string text)
    {
        if (!IPAddress.TryParse(text, out IPAddress? address)) return null;
        // .NET reads "127.1", "0x7f.0.0.1" and "010.0.0.1" (which is 8.0.0.1) as addresses too; whoever writes them has made a mistake.
        bool isPlain = address.AddressFamily == AddressFamily.InterNetworkV6 ? !text.Contains('[', StringComparison.Ordinal) : address.ToString() == text;
        return isPlain ? address : null;
    }

    /// <summary>Digits alone, from 0 to 65535; null where it is no port.</summary>
    public static ushort? ParsePort(string text) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ushort number) ? number : null;

    /// <summary><c>::1:53</c> is an address of its own and <c>[::1]:53</c> in short: in brackets with its port, or null where the end cannot be one.</summary>
    private static string? ReadWithPort(string text)
    {
        int colon = text.LastIndexOf(':');
        return colon > 0 && ParsePort(text[(colon + 1)..]) is { } port && ParseAddress(text[..colon]) is { AddressFamily: AddressFamily.InterNetworkV6 }
            ? $"[{text[..colon]}]:{port}"
            : null;
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
