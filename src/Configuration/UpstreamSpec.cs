using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace DotProxy.Configuration;

/// <summary>Whom to ask: addresses to dial, in order, and the name that the certificate found there must bear.</summary>
/// <param name="Name">What logs and errors call it: the preset, or the host name.</param>
/// <param name="HostName">A DNS name, or the address itself where no name was given; never empty.</param>
internal sealed record UpstreamSpec(string Name, IReadOnlyList<IPEndPoint> Addresses, string HostName)
{
    /// <summary>DNS over TLS (RFC 7858 §3.1).</summary>
    public const int DefaultPort = 853;

    private const string Scheme = "tls://";

    /// <summary>Public resolvers, as their operators publish them. IPv4 comes first: it is reachable nearly everywhere.</summary>
    private static readonly UpstreamSpec[] s_presets =
    [
        Preset("cloudflare", "cloudflare-dns.com", "1.1.1.1", "1.0.0.1", "2606:4700:4700::1111", "2606:4700:4700::1001"),
        Preset("quad9", "dns.quad9.net", "9.9.9.9", "149.112.112.112", "2620:fe::fe", "2620:fe::9"),
        Preset("google", "dns.google", "8.8.8.8", "8.8.4.4", "2001:4860:4860::8888", "2001:4860:4860::8844"),
        Preset("adguard", "dns.adguard-dns.com", "94.140.14.14", "94.140.15.15", "2a10:50c0::ad1:ff", "2a10:50c0::ad2:ff"),
        Preset("mullvad", "dns.mullvad.net", "194.242.2.2", "2a07:e340::2"),
    ];

    /// <summary>What a message calls the place where it has a table of its own; null where it has none.</summary>
    public string? Source { get; init; }

    public UpstreamTls Tls { get; init; } = UpstreamTls.Common;

    public static UpstreamSpec Default => s_presets[0];

    public static IEnumerable<string> PresetNames => s_presets.Select(preset => preset.Name);

    public override string ToString()
    {
        string addresses = string.Join(", ", Addresses);
        return Name == HostName ? $"{addresses} over TLS as {HostName}" : $"{Name} ({addresses}) over TLS as {HostName}";
    }

    /// <summary>Reads <c>tls://ADDRESS[:PORT][#HOSTNAME]</c> or a preset's name; <paramref name="error"/> says what would be right.</summary>
    public static bool TryParse(string text, [MaybeNullWhen(false)] out UpstreamSpec value, out string error)
    {
        value = Array.Find(s_presets, preset => preset.Name.Equals(text, StringComparison.OrdinalIgnoreCase));
        error = $"expected tls://ADDRESS[:PORT]#HOSTNAME, such as tls://9.9.9.9#dns.quad9.net, or one of: {string.Join(", ", PresetNames)}";
        return value is not null || (text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) && TryParseUri(text[Scheme.Length..], out value, ref error));
    }

    private static bool TryParseUri(string text, [MaybeNullWhen(false)] out UpstreamSpec value, ref string error)
    {
        value = null;
        string[] parts = text.Split('#', 2);
        if (!EndPointText.TryParse(parts[0], DefaultPort, out IPEndPoint? address, out string fault) || address.Port == 0 || !IsOneHost(address.Address))
        {
            error = fault.Length > 0 ? $"in '{parts[0]}', {fault}"
                : address is { Port: 0 } ? $"'{parts[0]}' has port 0, where nobody can listen; {error}"
                : $"'{parts[0]}' is no IP address of a host with an optional port (a name would have to be looked up in clear); {error}";
            return false;
        }
        string hostName = parts.Length > 1 ? parts[1].TrimEnd('.') : address.Address.ToString();
        if (!IsName(hostName) && EndPointText.ParseAddress(hostName) is null)
        {
            error = $"'{hostName}' after '#' is no host name; {error}";
            return false;
        }
        value = new UpstreamSpec(hostName, [address], hostName);
        return true;
    }

    /// <summary>Whether a connection can be made to it.</summary>
    public static bool IsOneHost(IPAddress address) =>
        !ListenAddress.IsWildcard(address) && !address.Equals(IPAddress.Broadcast) && !ListenAddress.IsMulticast(address);

    /// <summary>A DNS name whose last label is no number: that would be an address with parts missing.</summary>
    private static bool IsName(string text) =>
        Uri.CheckHostName(text) == UriHostNameType.Dns && !char.IsAsciiDigit(text[(text.LastIndexOf('.') + 1)..][0]);

    private static UpstreamSpec Preset(string name, string hostName, params string[] addresses) =>
        new(name, [.. addresses.Select(address => new IPEndPoint(IPAddress.Parse(address), DefaultPort))], hostName);
}
