using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using DotProxy.Dns;

namespace DotProxy.Configuration;

/// <summary>The names at and below a zone are asked of another server than the rest. One of the two kinds of servers is set.</summary>
/// <param name="zone">On the wire, in lower case; never the root.</param>
internal sealed class RouteSpec(byte[] zone, UpstreamSpec? encrypted, PlainSpec? plain)
{
    private const string Expected = "expected ZONE=UPSTREAM, such as lan=udp://192.168.1.1 or corp.example=tls://192.0.2.1#dns.corp.example";

    public byte[] Zone => zone;

    public UpstreamSpec? Encrypted => encrypted;

    public PlainSpec? Plain => plain;

    /// <summary>Whom to ask, for people; the same for the same server.</summary>
    public string Target => plain is null ? encrypted!.ToString() : $"{plain} in clear";

    public string ZoneName => DomainName.Format(zone);

    /// <summary>Reads <c>ZONE=UPSTREAM</c>; <paramref name="error"/> says what would be right.</summary>
    public static bool TryParse(string text, [MaybeNullWhen(false)] out RouteSpec value, out string error)
    {
        value = null;
        error = Expected;
        if (text.Split('=', 2) is not [var zoneText, var target]) return false;
        zoneText = zoneText.Trim();
        target = target.Trim();
        if (zoneText == ".")
        {
            error = $"the root is every name, and those are asked over TLS or HTTPS: give {Settings.Upstream.Flag} instead";
            return false;
        }
        if (!HostName.TryParse(zoneText, out byte[]? zone))
        {
            error = $"'{zoneText}' is no domain name; {Expected}";
            return false;
        }
        UpstreamSpec? encrypted = null;
        PlainSpec? plain = null;
        if (PlainSpec.IsMeantBy(target) ? PlainSpec.TryParse(target, out plain, out error) : UpstreamSpec.TryParse(target, out encrypted, out error))
            value = new RouteSpec(zone, encrypted, plain);
        else if (!PlainSpec.IsMeantBy(target)) error += $"; or {PlainSpec.Form}";
        return value is not null;
    }

    /// <param name="given">What a message calls the place that they are from.</param>
    /// <exception cref="StartException">A zone has two routes, or a route leads back here.</exception>
    public static IReadOnlyList<RouteSpec> Check(IReadOnlyList<RouteSpec> routes, IReadOnlyList<IPEndPoint> listen, string given)
    {
        for (int i = 0; i < routes.Count; i++)
        {
            RouteSpec route = routes[i];
            string source = $"{given} '{route.ZoneName}'";
            if (routes.Take(i).FirstOrDefault(earlier => earlier.Zone.AsSpan().SequenceEqual(route.Zone)) is { } other)
                throw new StartException($"{source}: it goes to {other.Target} already; leave one of them out");
            if (route.Plain is { } plain && listen.FirstOrDefault(own => Covers(own, plain.Address)) is { } listener)
                throw new StartException($"{source}: {plain} is where DotProxy itself listens ({listener}), and it would ask itself for ever; give another server, or listen on other addresses alone");
        }
        return routes;
    }

    private static bool Covers(IPEndPoint listener, IPEndPoint target) =>
        listener.Port == target.Port && listener.AddressFamily == target.AddressFamily
        && (listener.Address.Equals(target.Address) || (ListenAddress.IsWildcard(listener.Address) && IsOfThisMachine(target.Address)));

    /// <summary>Only an address of one's own can be bound.</summary>
    private static bool IsOfThisMachine(IPAddress address)
    {
        if (IPAddress.IsLoopback(address)) return true;
        try
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(address, 0));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
