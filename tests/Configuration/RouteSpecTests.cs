using System.Net;
using DotProxy.Configuration;
using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.Configuration;

/// <summary>What is refused one by one is in <see cref="CommandLineTests"/>.</summary>
public sealed class RouteSpecTests
{
    [Theory]
    [InlineData("lan=udp://192.168.1.1", "lan.", "udp://192.168.1.1:53 in clear")]
    [InlineData("Lan.=TCP://[2001:db8::1]:5353", "lan.", "tcp://[2001:db8::1]:5353 in clear")]
    [InlineData("168.192.in-addr.arpa = udp://192.168.1.1:53", "168.192.in-addr.arpa.", "udp://192.168.1.1:53 in clear")]
    [InlineData("corp.example=tls://192.0.2.1#dns.corp.example", "corp.example.", "192.0.2.1:853 over TLS as dns.corp.example")]
    [InlineData("corp.example=https://192.0.2.1/q#dns.corp.example", "corp.example.", "192.0.2.1:443 over HTTPS as dns.corp.example/q")]
    public void A_zone_and_its_server_are_read(string text, string zone, string target)
    {
        RouteSpec route = Read(text);
        Assert.Equal((zone, target), (route.ZoneName, route.Target));
        Assert.Equal(Messages.Name(zone), route.Zone);
        Assert.True(route.Plain is null ^ route.Encrypted is null);
    }

    [Fact]
    public void A_preset_is_asked_over_TLS() => Assert.Equal("quad9", Read("corp.example=quad9").Encrypted!.Name);

    [Fact]
    public void A_zone_has_one_route()
    {
        string message = Assert.Throws<StartException>(() => RouteSpec.Check([Read("lan=udp://192.0.2.1"), Read("LAN=quad9")], [], "--route")).Message;
        Assert.StartsWith("--route 'lan.': it goes to udp://192.0.2.1:53 in clear already", message, StringComparison.Ordinal);
        Assert.Equal(2, RouteSpec.Check([Read("lan=udp://192.0.2.1"), Read("lan.lan=udp://192.0.2.1")], [], "--route").Count);
    }

    [Theory]
    [InlineData("127.0.0.1:5300", "udp://127.0.0.1:5300", true)]
    [InlineData("127.0.0.1:5300", "tcp://127.0.0.1:5300", true)]
    [InlineData("0.0.0.0:5300", "udp://127.0.0.9:5300", true)]
    [InlineData("[::]:5300", "udp://[::1]:5300", true)]
    [InlineData("127.0.0.1:5300", "udp://127.0.0.1:5301", false)]
    [InlineData("127.0.0.1:5300", "udp://127.0.0.2:5300", false)]
    [InlineData("[::]:5300", "udp://127.0.0.1:5300", false)]
    [InlineData("0.0.0.0:53", "udp://192.0.2.1", false)]
    public void A_server_that_is_ourselves_is_refused(string listen, string server, bool isRefused)
    {
        RouteSpec[] routes = [Read($"lan={server}")];
        if (!isRefused) Assert.Same(routes, RouteSpec.Check(routes, [IPEndPoint.Parse(listen)], "--route"));
        else Assert.Contains($"is where DotProxy itself listens ({listen})", Assert.Throws<StartException>(() => RouteSpec.Check(routes, [IPEndPoint.Parse(listen)], "--route")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_default_addresses_count_too() =>
        Assert.Contains("itself listens (0.0.0.0:53)", Assert.Throws<StartException>(() => CommandLine.Parse(["--route", "lan=udp://127.0.0.1"], _ => null, out _)).Message, StringComparison.Ordinal);

    private static RouteSpec Read(string text)
    {
        Assert.True(RouteSpec.TryParse(text, out RouteSpec? route, out string error), error);
        return route;
    }
}
