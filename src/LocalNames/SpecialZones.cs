using System.Net;
using DotProxy.Dns;

namespace DotProxy.LocalNames;

/// <summary>The zones that every resolver is to serve itself, so that nobody outside learns what is asked about them.</summary>
internal static class SpecialZones
{
    public static readonly byte[] Localhost = HostName.Parse("localhost");

    private static readonly string[] s_emptyZones =
    [
        // RFC 6303 §4.1: private addresses (RFC 1918), with the sixteen below.
        "10.in-addr.arpa", "168.192.in-addr.arpa",

        // RFC 6303 §4.2: this network, loopback, link-local, documentation (three test nets), broadcast (RFC 5735, RFC 5737).
        "0.in-addr.arpa", "127.in-addr.arpa", "254.169.in-addr.arpa", "2.0.192.in-addr.arpa", "100.51.198.in-addr.arpa", "113.0.203.in-addr.arpa",
        "255.255.255.255.in-addr.arpa",

        // RFC 6303 §4.4 to §4.6: unique local (the half that is drawn at random), link-local, documentation.
        "d.f.ip6.arpa", "8.e.f.ip6.arpa", "9.e.f.ip6.arpa", "a.e.f.ip6.arpa", "b.e.f.ip6.arpa", "8.b.d.0.1.0.0.2.ip6.arpa",

        // RFC 8375 §4: names of machines at home, and RFC 9665: of services there.
        "home.arpa", "service.arpa",
    ];

    /// <summary>The addresses whose name is localhost, whatever a hosts file says.</summary>
    public static IReadOnlyList<IPAddress> LoopbackAddresses => [IPAddress.Loopback, IPAddress.IPv6Loopback];

    public static void ForEach(Action<byte[], LocalZone> add)
    {
        var empty = new LocalZone(LocalZoneKind.Empty);
        foreach (string zone in s_emptyZones) add(HostName.Parse(zone), empty);
        for (int octet = 16; octet < 32; octet++) add(HostName.Parse($"{octet}.172.in-addr.arpa"), empty);
        // RFC 7793: between customers and their provider (RFC 6598).
        for (int octet = 64; octet < 128; octet++) add(HostName.Parse($"{octet}.100.in-addr.arpa"), empty);
        // A zone for one address each (RFC 6303 §4.3).
        add(ReverseName.Of(IPAddress.IPv6Any), empty);
        add(ReverseName.Of(IPAddress.IPv6Loopback), empty);

        // RFC 9462 §6.1: what the upstream says of itself is not about this proxy, and would lead clients past it.
        add(HostName.Parse("resolver.arpa"), new LocalZone(LocalZoneKind.NoData));

        add(Localhost, new LocalZone(LocalZoneKind.Loopback));
        var nothingExists = new LocalZone(LocalZoneKind.NothingExists);
        add(HostName.Parse("invalid"), nothingExists);
        add(HostName.Parse("onion"), nothingExists);
    }
}
