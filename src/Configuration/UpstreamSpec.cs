using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace DotProxy.Configuration;

/// <summary>Whom to ask: addresses to dial, in order, and the name that the certificate found there must bear.</summary>
/// <param name="Name">What logs and errors call it: the preset, or the host name, with the transport where it is not TLS.</param>
/// <param name="HostName">A DNS name, or the address itself where no name was given; never empty.</param>
internal sealed record UpstreamSpec(string Name, IReadOnlyList<IPEndPoint> Addresses, string HostName)
{
    /// <summary>DNS over TLS (RFC 7858 §3.1).</summary>
    public const int DefaultPort = 853;

    /// <summary>HTTPS (RFC 9110 §4.2.2).</summary>
    public const int DefaultHttpsPort = 443;

    /// <summary>What RFC 8484 has in its examples (§4.1.1) and nearly all resolvers have.</summary>
    public const string DefaultPath = "/dns-query";

    // Our choice: a request's fields must fit beside others in a record.
    private const int MaxPath = 255;

    private const string Scheme = "tls://", HttpsScheme = "https://", HttpsPreset = "-https";

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

    public Transport Transport { get; private init; }

    /// <summary>Where the resolver is found over HTTPS.</summary>
    public string Path { get; private init; } = DefaultPath;

    public static UpstreamSpec Default => s_presets[0];

    public static IEnumerable<string> PresetNames => [.. s_presets.Select(preset => preset.Name), .. s_presets.Select(preset => preset.Name + HttpsPreset)];

    public override string ToString()
    {
        string addresses = string.Join(", ", Addresses), how = Transport == Transport.Https ? $"HTTPS as {HostName}{Path}" : $"TLS as {HostName}";
        return Name == NameOf(HostName, Transport) ? $"{addresses} over {how}" : $"{Name} ({addresses}) over {how}";
    }

    /// <summary>
    /// Reads <c>tls://ADDRESS[:PORT][#HOSTNAME]</c>, <c>https://ADDRESS[:PORT][/PATH][#HOSTNAME]</c> or a preset's name;
    /// <paramref name="error"/> says what would be right.
    /// </summary>
    public static bool TryParse(string text, [MaybeNullWhen(false)] out UpstreamSpec value, out string error)
    {
        value = FindPreset(text);
        error = "expected tls://ADDRESS[:PORT]#HOSTNAME, such as tls://9.9.9.9#dns.quad9.net, https://ADDRESS[:PORT]/dns-query#HOSTNAME, "
            + $"or one of: {string.Join(", ", PresetNames)}";
        if (value is not null) return true;
        if (text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return TryParseUri(text[Scheme.Length..], out value, ref error);
        return text.StartsWith(HttpsScheme, StringComparison.OrdinalIgnoreCase) && TryParseHttps(text[HttpsScheme.Length..], out value, ref error);
    }

    private static UpstreamSpec? FindPreset(string text)
    {
        bool isHttps = text.EndsWith(HttpsPreset, StringComparison.OrdinalIgnoreCase);
        string name = isHttps ? text[..^HttpsPreset.Length] : text;
        UpstreamSpec? preset = Array.Find(s_presets, preset => preset.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        return preset is null || !isHttps ? preset : preset with
        {
            Name = preset.Name + HttpsPreset,
            Transport = Transport.Https,
            Addresses = [.. preset.Addresses.Select(address => new IPEndPoint(address.Address, DefaultHttpsPort))],
        };
    }

    private static bool TryParseHttps(string text, [MaybeNullWhen(false)] out UpstreamSpec value, ref string error)
    {
        int end = text.IndexOf('#', StringComparison.Ordinal) is var mark && mark < 0 ? text.Length : mark;
        int slash = text.IndexOf('/', 0, end);
        string path = slash < 0 ? DefaultPath : text[slash..end];
        value = null;
        if (!IsPath(path))
        {
            error = $"'{path}' is no plain path of letters, digits and -._~/ (queries are sent by POST: nothing of a template such as {{?dns}} is needed); {error}";
            return false;
        }
        if (!TryParseUri(text[..(slash < 0 ? end : slash)] + text[end..], out value, ref error, Transport.Https)) return false;
        value = value with { Path = path };
        return true;
    }

    private static bool TryParseUri(
        string text, [MaybeNullWhen(false)] out UpstreamSpec value, ref string error, Transport transport = Transport.Tls)
    {
        value = null;
        string[] parts = text.Split('#', 2);
        int defaultPort = transport == Transport.Https ? DefaultHttpsPort : DefaultPort;
        if (!EndPointText.TryParse(parts[0], defaultPort, out IPEndPoint? address, out string fault) || address.Port == 0 || !IsOneHost(address.Address))
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
        value = new UpstreamSpec(NameOf(hostName, transport), [address], hostName) { Transport = transport };
        return true;
    }

    /// <summary>The same resolver over TLS and over HTTPS are two upstreams, which may stand in for each other.</summary>
    private static string NameOf(string hostName, Transport transport) => transport == Transport.Https ? $"{hostName} (HTTPS)" : hostName;

    /// <summary>What a URI's path may be made of without escapes (RFC 3986 §3.3), and without dots to be resolved (§5.2.4).</summary>
    private static bool IsPath(string text) =>
        text.Length <= MaxPath && text.All(letter => char.IsAsciiLetterOrDigit(letter) || "-._~/".Contains(letter, StringComparison.Ordinal))
        && !Array.Exists(text.Split('/'), segment => segment is "." or "..");

    /// <summary>Whether a connection can be made to it.</summary>
    public static bool IsOneHost(IPAddress address) =>
        !ListenAddress.IsWildcard(address) && !address.Equals(IPAddress.Broadcast) && !ListenAddress.IsMulticast(address);

    /// <summary>A DNS name whose last label is no number: that would be an address with parts missing.</summary>
    private static bool IsName(string text) =>
        Uri.CheckHostName(text) == UriHostNameType.Dns && !char.IsAsciiDigit(text[(text.LastIndexOf('.') + 1)..][0]);

    private static UpstreamSpec Preset(string name, string hostName, params string[] addresses) =>
        new(name, [.. addresses.Select(address => new IPEndPoint(IPAddress.Parse(address), DefaultPort))], hostName);
}
