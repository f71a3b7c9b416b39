using System.Net;
using DotProxy.Upstreams;

namespace DotProxy.Tests.Upstreams;

public sealed class DialOrderTests
{
    // RFC 8305 §4: "the ordered list … SHOULD be modified to interleave address families".
    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1 [2001:db8::1] 192.0.2.2 [2001:db8::2]")]
    [InlineData("192.0.2.2", "192.0.2.2 [2001:db8::1] 192.0.2.1 [2001:db8::2]")]
    [InlineData("2001:db8::2", "[2001:db8::2] 192.0.2.1 [2001:db8::1] 192.0.2.2")]
    public void Families_take_turns_behind_the_address_that_last_worked(string first, string expected)
    {
        IPEndPoint[] addresses = [.. ((string[])["192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2"]).Select(At)];
        Assert.Equal(expected, string.Join(' ', DialOrder.Of(addresses, At(first)).Select(address => address.ToString().Replace(":853", "", StringComparison.Ordinal))));
    }

    [Fact]
    public void One_family_alone_keeps_its_order()
    {
        IPEndPoint[] addresses = [At("192.0.2.1"), At("192.0.2.2"), At("192.0.2.3")];
        Assert.Equal([addresses[2], addresses[0], addresses[1]], DialOrder.Of(addresses, addresses[2]));
        Assert.Equal([addresses[0]], DialOrder.Of([addresses[0]], addresses[0]));
    }

    private static IPEndPoint At(string address) => new(IPAddress.Parse(address), 853);
}
