using DotProxy.Configuration;

namespace DotProxy.Tests.Configuration;

public sealed class UpstreamSpecTests
{
    // As their operators publish them.
    [Theory]
    [InlineData("cloudflare", "cloudflare-dns.com", "1.1.1.1:853", "1.0.0.1:853", "[2606:4700:4700::1111]:853", "[2606:4700:4700::1001]:853")]
    [InlineData("quad9", "dns.quad9.net", "9.9.9.9:853", "149.112.112.112:853", "[2620:fe::fe]:853", "[2620:fe::9]:853")]
    [InlineData("google", "dns.google", "8.8.8.8:853", "8.8.4.4:853", "[2001:4860:4860::8888]:853", "[2001:4860:4860::8844]:853")]
    [InlineData("adguard", "dns.adguard-dns.com", "94.140.14.14:853", "94.140.15.15:853", "[2a10:50c0::ad1:ff]:853", "[2a10:50c0::ad2:ff]:853")]
    [InlineData("mullvad", "dns.mullvad.net", "194.242.2.2:853", "[2a07:e340::2]:853")]
    public void A_preset_is_known_by_its_name(string name, string hostName, params string[] addresses)
    {
        foreach (string text in (string[])[name, name.ToUpperInvariant()])
        {
            Assert.True(UpstreamSpec.TryParse(text, out UpstreamSpec? spec, out _));
            Assert.Equal((name, hostName), (spec.Name, spec.HostName));
            Assert.Equal(addresses, spec.Addresses.Select(address => address.ToString()));
        }
        Assert.Contains(name, UpstreamSpec.PresetNames);
    }

    [Fact]
    public void Cloudflare_is_the_default() => Assert.Equal("cloudflare", UpstreamSpec.Default.Name);

    [Theory]
    [InlineData("tls://9.9.9.9#dns.quad9.net", "9.9.9.9:853", "dns.quad9.net")]
    [InlineData("TLS://9.9.9.9:8853#dns.quad9.net.", "9.9.9.9:8853", "dns.quad9.net")]
    [InlineData("tls://[2620:fe::fe]:8853#dns.quad9.net", "[2620:fe::fe]:8853", "dns.quad9.net")]
    [InlineData("tls://[2620:fe::fe]#dns.quad9.net", "[2620:fe::fe]:853", "dns.quad9.net")]
    [InlineData("tls://2620:fe::fe#dns.quad9.net", "[2620:fe::fe]:853", "dns.quad9.net")]
    [InlineData("tls://127.0.0.1:65535", "127.0.0.1:65535", "127.0.0.1")]
    [InlineData("tls://[::1]", "[::1]:853", "::1")]
    public void An_address_is_dialled_and_a_name_validated(string text, string address, string hostName)
    {
        Assert.True(UpstreamSpec.TryParse(text, out UpstreamSpec? spec, out _));
        Assert.Equal(address, Assert.Single(spec.Addresses).ToString());
        Assert.Equal(hostName, spec.HostName);
        Assert.Equal($"{address} over TLS as {hostName}", spec.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("1.1.1.1")]
    [InlineData("tls:1.1.1.1")]
    [InlineData("tls://")]
    [InlineData("tls://#dns.quad9.net")]
    [InlineData("https://1.1.1.1/dns-query")]
    [InlineData("tls://1.1.1.1:#a.example")]
    [InlineData("tls://1.1.1.1:853:1#a.example")]
    [InlineData("tls://1.1.1.1/24#a.example")]
    [InlineData("tls://1.1.1.1#a.example#b.example")]
    [InlineData("tls://1.1.1.1#a/b")]
    [InlineData("tls://1.1.1.1#.")]
    [InlineData("tls://1.1.1.1#*.example")]
    [InlineData("tls:// 1.1.1.1#a.example")]
    public void Anything_else_is_refused_with_what_would_be_right(string text)
    {
        Assert.False(UpstreamSpec.TryParse(text, out _, out string error));
        Assert.Contains("expected tls://ADDRESS[:PORT]#HOSTNAME, such as tls://9.9.9.9#dns.quad9.net, or one of: cloudflare, quad9, google", error, StringComparison.Ordinal);
    }
}
