using DotProxy.LocalNames;
using DotProxy.Tests.Fakes;
using static DotProxy.Tests.LocalNames.LocalExchange;

namespace DotProxy.Tests.Conformance;

/// <summary>Discovery of designated resolvers.</summary>
public sealed class Rfc9462Tests
{
    private const int TypeSvcb = 64;

    // §6.1: "A DNS forwarder SHOULD NOT forward queries for 'resolver.arpa' (or any subdomains) upstream"; §4: one that has no
    // designated resolvers "SHOULD return NODATA for queries to the 'resolver.arpa' zone".
    [Theory]
    [InlineData("_dns.resolver.arpa")]
    [InlineData("_DNS.Resolver.ARPA")]
    [InlineData("x.y.resolver.arpa")]
    [InlineData("resolver.arpa")]
    public void Section_6_1_clients_are_not_led_past_the_proxy(string name) => AssertNegative(Ask(new LocalTable(null, []), name, TypeSvcb), NoError, "resolver.arpa");

    [Fact]
    public void The_DS_record_is_the_zone_aboves() => Assert.Null(Ask(new LocalTable(null, []), "resolver.arpa", TypeDs));

    [Fact]
    public void Who_has_a_server_for_them_may_route_them_there() =>
        Assert.Null(Ask(new LocalTable(null, [Messages.Name("resolver.arpa")]), "_dns.resolver.arpa"));
}
