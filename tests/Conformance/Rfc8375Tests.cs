using DotProxy.LocalNames;
using DotProxy.Tests.Fakes;
using static DotProxy.Tests.LocalNames.LocalExchange;

namespace DotProxy.Tests.Conformance;

/// <summary>The special-use domain "home.arpa."</summary>
public sealed class Rfc8375Tests
{
    // §4, 4: "recursive resolvers and DNS proxies MUST behave as described in Section 4 of" RFC 6303.
    [Fact]
    public void Section_4_names_at_home_are_not_asked_of_anybody_outside()
    {
        var table = new LocalTable(null, []);
        AssertNegative(Ask(table, "nas.HOME.arpa"), NxDomain, "home.arpa");
        AssertNegative(Ask(table, "_http._tcp.home.arpa", TypePtr), NxDomain, "home.arpa");
        AssertNegative(Ask(table, "home.arpa"), NoError, "home.arpa");
        Assert.Null(Ask(table, "nas.myhome.arpa"));
    }

    // §4, 4: the one exception; the proof that there is none is in the zone above, and without it who validates would refuse all the rest.
    [Fact]
    public void Section_4_the_DS_record_is_the_zone_aboves() => Assert.Null(Ask(new LocalTable(null, []), "home.arpa", TypeDs));

    [Fact]
    public void Section_4_who_has_a_server_for_them_may_route_them_there() =>
        Assert.Null(Ask(new LocalTable(null, [Messages.Name("home.arpa")]), "nas.home.arpa"));

    [Fact]
    public void A_hosts_file_may_name_them() =>
        AssertAnswer(Ask(new LocalTable(HostsFile.Parse("hosts", ["192.0.2.7 nas.home.arpa"]), []), "nas.home.arpa"), Messages.TypeA, [192, 0, 2, 7]);
}
