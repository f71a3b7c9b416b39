using DotProxy.LocalNames;
using DotProxy.Tests.Fakes;
using static DotProxy.Tests.LocalNames.LocalExchange;

namespace DotProxy.Tests.Conformance;

/// <summary>The ".onion" special-use domain name.</summary>
public sealed class Rfc7686Tests
{
    // §2: caching DNS servers "SHOULD NOT attempt to look up" such names and "MUST generate NXDOMAIN for all such queries".
    [Theory]
    [InlineData("onion")]
    [InlineData("duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczad.onion")]
    [InlineData("www.x.ONION.")]
    public void Section_2_no_onion_name_is_looked_up(string name)
    {
        var table = new LocalTable(null, []);
        foreach (int type in (int[])[Messages.TypeA, Messages.TypeAaaa, TypeNs, Messages.TypeSoa, TypeDs, TypeAny])
            AssertNegative(Ask(table, name, type), NxDomain, "onion");
    }

    [Fact]
    public void Section_2_who_has_a_resolver_for_them_may_route_them_there() =>
        Assert.Null(Ask(new LocalTable(null, [Messages.Name("onion")]), "x.onion"));
}
