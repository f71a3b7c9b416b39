using System.Net;
using DotProxy.LocalNames;
using DotProxy.Tests.Fakes;
using static DotProxy.Tests.LocalNames.LocalExchange;

namespace DotProxy.Tests.LocalNames;

/// <summary>Names of a hosts file, alone and among special zones and routes. Those without: tests/Conformance, by RFC.</summary>
public sealed class LocalTableTests
{
    private readonly LocalTable _table = new(
        HostsFile.Parse("hosts",
        [
            "127.0.0.1 localhost mine.localhost", "127.0.1.1 me.example me", "192.168.1.5 nas.lan nas", "2001:db8::5 nas.lan", "192.168.1.5 other.lan", "192.168.1.6 nas.lan nas.lan",
            "203.0.113.9 www.example.com", "8.8.8.8 dns", "0.0.0.0 ads.example", ":: ads.example", "10.0.0.1 router.corp",
        ]),
        [Messages.Name("corp"), Messages.Name("10.in-addr.arpa")]);

    [Fact]
    public void A_name_has_its_addresses_once_each()
    {
        AssertAnswer(Ask(_table, "NAS.lan"), Messages.TypeA, [192, 168, 1, 5], [192, 168, 1, 6]);
        AssertAnswer(Ask(_table, "nas.lan", Messages.TypeAaaa), Messages.TypeAaaa, IPAddress.Parse("2001:db8::5").GetAddressBytes());
        AssertAnswer(Ask(_table, "nas"), Messages.TypeA, [192, 168, 1, 5]);
        AssertAnswer(Ask(_table, "nas.lan", TypeAny), Messages.TypeA, [192, 168, 1, 5], [192, 168, 1, 6]);
        Assert.All(Ask(_table, "nas.lan")!.Answers, record => Assert.Equal((60u, (byte[])[0xC0, 12]), (record.TimeToLive, record.Owner), (left, right) => left.Item1 == right.Item1 && left.Item2.SequenceEqual(right.Item2)));
    }

    [Fact]
    public void What_a_name_has_not_is_no_data_that_can_be_remembered()
    {
        foreach ((string name, int type) in ((string, int)[])[("nas", Messages.TypeAaaa), ("nas.lan", Messages.TypeTxt), ("nas.lan", TypePtr), ("www.example.com", 65)])
        {
            ParsedMessage reply = Ask(_table, name, type)!;
            Assert.Equal(NoError, reply.Rcode);
            Assert.Empty(reply.Answers);
            ParsedRecord authority = Assert.Single(reply.Authority);
            Assert.Equal((Messages.TypeSoa, 60u), (authority.Type, authority.TimeToLive));
            Assert.Equal([0xC0, 12], authority.Owner);
        }
    }

    [Fact]
    public void Names_above_and_below_and_beside_are_none_of_ours()
    {
        foreach (string name in (string[])["lan", "x.nas.lan", "example.com", "mail.example.com", "www.example.comm", "www.example.com.lan"]) Assert.Null(Ask(_table, name));
    }

    [Fact]
    public void An_address_has_the_first_name_of_its_first_line()
    {
        AssertAnswer(Ask(_table, "5.1.168.192.in-addr.arpa", TypePtr), TypePtr, Messages.Name("nas.lan"));
        AssertAnswer(Ask(_table, "8.8.8.8.in-addr.arpa", TypePtr), TypePtr, Messages.Name("dns"));
        AssertAnswer(Ask(_table, "1.1.0.127.in-addr.arpa", TypePtr), TypePtr, Messages.Name("me.example"));
        AssertAnswer(Ask(_table, "5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", TypePtr), TypePtr, Messages.Name("nas.lan"));
        Assert.Null(Ask(_table, "9.8.8.8.in-addr.arpa", TypePtr));
        Assert.Null(Ask(_table, "8.8.8.in-addr.arpa", TypePtr));
    }

    [Fact]
    public void The_zone_around_an_address_with_a_name_denies_the_others_and_not_what_leads_to_it()
    {
        AssertNegative(Ask(_table, "7.1.168.192.in-addr.arpa", TypePtr), NxDomain, "168.192.in-addr.arpa");
        AssertNegative(Ask(_table, "1.168.192.in-addr.arpa", TypePtr), NoError, "168.192.in-addr.arpa");
        AssertNegative(Ask(_table, "5.1.168.192.in-addr.arpa", Messages.TypeTxt), NoError, "168.192.in-addr.arpa");
    }

    [Fact]
    public void Localhost_stays_what_it_is()
    {
        AssertAnswer(Ask(_table, "localhost", Messages.TypeAaaa), Messages.TypeAaaa, IPAddress.IPv6Loopback.GetAddressBytes());
        AssertAnswer(Ask(_table, "mine.localhost", Messages.TypeAaaa), Messages.TypeAaaa, IPAddress.IPv6Loopback.GetAddressBytes());
        AssertAnswer(Ask(_table, "1.0.0.127.in-addr.arpa", TypePtr), TypePtr, Messages.Name("localhost"));
    }

    [Fact]
    public void A_name_led_to_no_address_is_answered_and_gives_that_address_no_name()
    {
        AssertAnswer(Ask(_table, "ads.example"), Messages.TypeA, [0, 0, 0, 0]);
        AssertAnswer(Ask(_table, "ads.example", Messages.TypeAaaa), Messages.TypeAaaa, new byte[16]);
        AssertNegative(Ask(_table, "0.0.0.0.in-addr.arpa", TypePtr), NxDomain, "0.in-addr.arpa");
    }

    [Fact]
    public void The_file_goes_before_a_route_and_leaves_it_the_rest()
    {
        AssertAnswer(Ask(_table, "router.corp"), Messages.TypeA, [10, 0, 0, 1]);
        AssertAnswer(Ask(_table, "1.0.0.10.in-addr.arpa", TypePtr), TypePtr, Messages.Name("router.corp"));
        foreach (string name in (string[])["corp", "x.corp", "x.router.corp", "2.0.0.10.in-addr.arpa", "0.0.10.in-addr.arpa", "10.in-addr.arpa"]) Assert.Null(Ask(_table, name, TypePtr));
    }

    // A pointer has fourteen bits, and the end of a long name is further off than eight of them reach (RFC 1035 §4.1.4).
    [Fact]
    public void The_zone_of_the_longest_name_is_pointed_to()
    {
        string start = string.Join('.', new string('a', 63), new string('b', 63), new string('c', 63), new string('d', 53));
        AssertNegative(Ask(_table, $"{start}.invalid"), NxDomain, "invalid");
        AssertNegative(Ask(_table, $"{start}dd.onion"), NxDomain, "onion");
        AssertNegative(Ask(_table, string.Concat(Enumerable.Repeat("1.", 115)) + "168.192.in-addr.arpa", TypePtr), NxDomain, "168.192.in-addr.arpa");
    }

    [Fact]
    public void As_many_addresses_as_there_is_room_for_are_kept()
    {
        var table = new LocalTable(HostsFile.Parse("hosts", Enumerable.Range(1, 200).Select(i => $"10.0.0.{i} many")), []);
        ParsedMessage reply = Ask(table, "many")!;
        Assert.True(reply.IsTruncated);
        Assert.Empty(reply.Answers);
    }
}
