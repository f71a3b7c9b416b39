using System.Buffers.Binary;
using DotProxy.LocalNames;
using DotProxy.Tests.Fakes;
using static DotProxy.Tests.LocalNames.LocalExchange;

namespace DotProxy.Tests.Conformance;

/// <summary>Locally served DNS zones; with those that RFC 7793 adds.</summary>
public sealed class Rfc6303Tests
{
    private const string Loopback6 = "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa";
    private const string Unspecified6 = "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa";

    private readonly LocalTable _table = new(null, []);

    public static TheoryData<string> Zones =>
    [
        // §4.1
        "10.in-addr.arpa", .. Enumerable.Range(16, 16).Select(i => $"{i}.172.in-addr.arpa"), "168.192.in-addr.arpa",
        // §4.2
        "0.in-addr.arpa", "127.in-addr.arpa", "254.169.in-addr.arpa", "2.0.192.in-addr.arpa", "100.51.198.in-addr.arpa", "113.0.203.in-addr.arpa",
        "255.255.255.255.in-addr.arpa",
        // §4.3
        Unspecified6, Loopback6,
        // §4.4
        "d.f.ip6.arpa",
        // §4.5
        "8.e.f.ip6.arpa", "9.e.f.ip6.arpa", "a.e.f.ip6.arpa", "b.e.f.ip6.arpa",
        // §4.6
        "8.b.d.0.1.0.0.2.ip6.arpa",
        // RFC 7793
        .. Enumerable.Range(64, 64).Select(i => $"{i}.100.in-addr.arpa"),
    ];

    [Theory]
    [MemberData(nameof(Zones))]
    public void Section_4_the_zone_is_served_and_empty(string zone)
    {
        AssertNegative(Ask(_table, $"x.y.{zone}", TypePtr), NxDomain, zone);
        AssertNegative(Ask(_table, $"7.{zone.ToUpperInvariant()}", TypePtr), NxDomain, zone);
        AssertNegative(Ask(_table, zone, Messages.TypeTxt), NoError, zone);
    }

    // §3: "@ 10800 IN SOA @ nobody.invalid. 1 3600 1200 604800 10800" and "@ 10800 IN NS @".
    [Theory]
    [MemberData(nameof(Zones))]
    public void Section_3_the_apex_has_the_SOA_and_the_NS_record_of_an_empty_zone(string zone)
    {
        // "@" is the zone, which is the name that was asked for, or the end of it two octets on.
        byte[] rest = [.. Messages.Name("nobody.invalid"), .. Numbers(1, 3600, 1200, 604800, 10800)];
        AssertAnswer(Ask(_table, zone, Messages.TypeSoa), Messages.TypeSoa, [0xC0, 12, .. rest]);
        AssertAnswer(Ask(_table, zone, TypeNs), TypeNs, [0xC0, 12]);
        Assert.Equal(10800u, Assert.Single(Ask(_table, zone, TypeNs)!.Answers).TimeToLive);
        Assert.Equal([0xC0, 14, .. rest], Assert.Single(Ask(_table, $"1.{zone}", TypePtr)!.Authority).Data);
    }

    // §7: the zones are delegated as insecure ones, so that validation succeeds for answers from here. The proof that there is no
    // DS record is in the zone above (RFC 4035 §3.1.4.1), for whoever validates behind us.
    [Fact]
    public void Section_7_the_DS_record_of_an_apex_is_the_zone_aboves()
    {
        Assert.Null(Ask(_table, "168.192.in-addr.arpa", TypeDs));
        AssertNegative(Ask(_table, "1.168.192.in-addr.arpa", TypeDs), NxDomain, "168.192.in-addr.arpa");
    }

    [Theory]
    [InlineData("1.1.1.1.in-addr.arpa")]
    [InlineData("1.32.172.in-addr.arpa")]
    [InlineData("1.15.172.in-addr.arpa")]
    [InlineData("1.63.100.in-addr.arpa")]
    [InlineData("1.128.100.in-addr.arpa")]
    [InlineData("254.255.255.255.in-addr.arpa")]
    [InlineData("192.in-addr.arpa")]
    [InlineData("in-addr.arpa")]
    [InlineData("arpa")]
    [InlineData("c.f.ip6.arpa")]
    [InlineData("c.e.f.ip6.arpa")]
    [InlineData("110.in-addr.arpa")]
    [InlineData("10.in-addr.arpa.example.com")]
    [InlineData("1.168.192.in-addr.example")]
    [InlineData("2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa")]
    public void Section_4_public_addresses_and_other_names_are_none_of_ours(string name) => Assert.Null(Ask(_table, name, TypePtr));

    // §4.2: 127.in-addr.arpa is empty but for localhost; RFC 8020 §2: what lies between may not be denied.
    [Fact]
    public void Section_4_2_the_loopback_addresses_have_their_name()
    {
        AssertAnswer(Ask(_table, "1.0.0.127.in-addr.arpa", TypePtr), TypePtr, Messages.Name("localhost"));
        AssertAnswer(Ask(_table, Loopback6, TypePtr), TypePtr, Messages.Name("localhost"));
        AssertNegative(Ask(_table, "1.0.0.127.in-addr.arpa", Messages.TypeTxt), NoError, "127.in-addr.arpa");
        AssertNegative(Ask(_table, "0.0.127.in-addr.arpa", TypePtr), NoError, "127.in-addr.arpa");
        AssertNegative(Ask(_table, "0.127.in-addr.arpa", TypePtr), NoError, "127.in-addr.arpa");
        AssertNegative(Ask(_table, "2.0.0.127.in-addr.arpa", TypePtr), NxDomain, "127.in-addr.arpa");
    }

    [Theory]
    [InlineData(3, Refused)]
    [InlineData(255, NxDomain)]
    public void Section_3_other_classes_are_not_asked_for_outside_either(int @class, int rcode) =>
        Assert.Equal(rcode, Ask(_table, "1.168.192.in-addr.arpa", TypePtr, @class)!.Rcode);

    // §3: "unless configured otherwise".
    [Theory]
    [InlineData("168.192.in-addr.arpa", "168.192.in-addr.arpa")]
    [InlineData("168.192.in-addr.arpa", "5.1.168.192.in-addr.arpa")]
    [InlineData("1.168.192.in-addr.arpa", "5.1.168.192.in-addr.arpa")]
    [InlineData("192.in-addr.arpa", "5.1.168.192.in-addr.arpa")]
    [InlineData("arpa", "5.1.168.192.in-addr.arpa")]
    [InlineData("127.in-addr.arpa", "1.0.0.127.in-addr.arpa")]
    public void Section_3_a_route_takes_its_zone_and_what_is_below(string route, string name)
    {
        var table = new LocalTable(null, [Messages.Name(route)]);
        Assert.Null(Ask(table, name, TypePtr));
        Assert.Equal(route == "arpa", Ask(table, "1.10.in-addr.arpa", TypePtr) is null);
    }

    [Fact]
    public void Section_3_a_route_below_a_zone_leaves_the_rest_and_does_not_get_its_ancestors_denied()
    {
        var table = new LocalTable(null, [Messages.Name("7.1.10.in-addr.arpa")]);
        Assert.Null(Ask(table, "3.7.1.10.in-addr.arpa", TypePtr));
        AssertNegative(Ask(table, "1.10.in-addr.arpa", TypePtr), NoError, "10.in-addr.arpa");
        AssertNegative(Ask(table, "8.1.10.in-addr.arpa", TypePtr), NxDomain, "10.in-addr.arpa");
    }

    private static byte[] Numbers(params uint[] numbers)
    {
        byte[] octets = new byte[numbers.Length * 4];
        for (int i = 0; i < numbers.Length; i++) BinaryPrimitives.WriteUInt32BigEndian(octets.AsSpan(i * 4), numbers[i]);
        return octets;
    }
}
