using System.Net;
using DotProxy.LocalNames;
using DotProxy.Tests.Fakes;
using static DotProxy.Tests.LocalNames.LocalExchange;

namespace DotProxy.Tests.Conformance;

/// <summary>Special-use domain names.</summary>
public sealed class Rfc6761Tests
{
    private static readonly byte[] s_loopback = IPAddress.Loopback.GetAddressBytes(), s_loopback6 = IPAddress.IPv6Loopback.GetAddressBytes();

    private readonly LocalTable _table = new(null, []);

    // §6.3: "caching DNS servers SHOULD, for all such address queries, generate an immediate positive response giving the IP
    // loopback address, and for all other query types, generate an immediate negative response".
    [Theory]
    [InlineData("localhost")]
    [InlineData("LocalHost.")]
    [InlineData("x.localhost")]
    [InlineData("a.b.c.LOCALHOST")]
    public void Section_6_3_localhost_is_this_machine(string name)
    {
        AssertAnswer(Ask(_table, name, Messages.TypeA), Messages.TypeA, s_loopback);
        AssertAnswer(Ask(_table, name, Messages.TypeAaaa), Messages.TypeAaaa, s_loopback6);
        AssertAnswer(Ask(_table, name, TypeAny), Messages.TypeA, s_loopback);
        foreach (int type in (int[])[TypeNs, Messages.TypeSoa, TypePtr, TypeMx, Messages.TypeTxt, TypeDs, 65, 65280])
            AssertNegative(Ask(_table, name, type), NoError, "localhost");
    }

    [Theory]
    [InlineData("localhost.example.com")]
    [InlineData("mylocalhost")]
    [InlineData("localhos")]
    [InlineData("invalid.example")]
    [InlineData("invalidd")]
    public void Section_6_3_names_that_look_like_them_are_none_of_ours(string name) => Assert.Null(Ask(_table, name));

    // §6.4: "caching DNS servers SHOULD generate immediate NXDOMAIN responses for all such queries".
    [Theory]
    [InlineData("invalid")]
    [InlineData("www.Invalid")]
    public void Section_6_4_nothing_under_invalid_exists(string name)
    {
        foreach (int type in (int[])[Messages.TypeA, Messages.TypeAaaa, TypeNs, Messages.TypeSoa, TypeDs, TypeAny])
            AssertNegative(Ask(_table, name, type), NxDomain, "invalid");
    }

    // §6.2 and §6.5: "Caching DNS servers SHOULD NOT recognize example names as special"; of test names they should, and may be
    // configured not to: those who use them have servers of their own for them, behind us or before.
    [Theory]
    [InlineData("www.example.com")]
    [InlineData("www.example")]
    [InlineData("www.test")]
    public void Section_6_5_example_and_test_names_are_resolved_like_others(string name) => Assert.Null(Ask(_table, name));

    // §6.1: the reverse names of private addresses are not to be looked up outside by default; RFC 6303 says what to answer instead.
    [Fact]
    public void Section_6_1_private_reverse_zones_are_denied() =>
        AssertNegative(Ask(_table, "7.1.168.192.in-addr.arpa", TypePtr), NxDomain, "168.192.in-addr.arpa");
}
