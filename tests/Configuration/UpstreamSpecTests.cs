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
    [InlineData("cloudflare-https", "cloudflare-dns.com", "1.1.1.1:443", "1.0.0.1:443", "[2606:4700:4700::1111]:443", "[2606:4700:4700::1001]:443")]
    [InlineData("Quad9-HTTPS", "dns.quad9.net", "9.9.9.9:443", "149.112.112.112:443", "[2620:fe::fe]:443", "[2620:fe::9]:443")]
    [InlineData("google-https", "dns.google", "8.8.8.8:443", "8.8.4.4:443", "[2001:4860:4860::8888]:443", "[2001:4860:4860::8844]:443")]
    [InlineData("adguard-https", "dns.adguard-dns.com", "94.140.14.14:443", "94.140.15.15:443", "[2a10:50c0::ad1:ff]:443", "[2a10:50c0::ad2:ff]:443")]
    [InlineData("mullvad-https", "dns.mullvad.net", "194.242.2.2:443", "[2a07:e340::2]:443")]
    public void Each_preset_is_there_over_https_too(string text, string hostName, params string[] addresses)
    {
        Assert.True(UpstreamSpec.TryParse(text, out UpstreamSpec? spec, out _));
        Assert.Equal((text.ToLowerInvariant(), hostName, Transport.Https, "/dns-query"), (spec.Name, spec.HostName, spec.Transport, spec.Path));
        Assert.Equal(addresses, spec.Addresses.Select(address => address.ToString()));
        Assert.Contains(spec.Name, UpstreamSpec.PresetNames);
    }

    [Theory]
    [InlineData("https://9.9.9.9/dns-query#dns.quad9.net", "9.9.9.9:443", "dns.quad9.net", "/dns-query")]
    [InlineData("HTTPS://9.9.9.9:8443#dns.quad9.net.", "9.9.9.9:8443", "dns.quad9.net", "/dns-query")]
    [InlineData("https://[2620:fe::fe]:8443/#dns.quad9.net", "[2620:fe::fe]:8443", "dns.quad9.net", "/")]
    [InlineData("https://2620:fe::fe/a/b-c_d.e~f#dns.quad9.net", "[2620:fe::fe]:443", "dns.quad9.net", "/a/b-c_d.e~f")]
    [InlineData("https://127.0.0.1:65535", "127.0.0.1:65535", "127.0.0.1", "/dns-query")]
    [InlineData("https://[::1]/q", "[::1]:443", "::1", "/q")]
    public void Over_https_there_is_a_path(string text, string address, string hostName, string path)
    {
        Assert.True(UpstreamSpec.TryParse(text, out UpstreamSpec? spec, out string error), error);
        Assert.Equal((address, hostName, path, Transport.Https), (Assert.Single(spec.Addresses).ToString(), spec.HostName, spec.Path, spec.Transport));
        Assert.Equal(($"{hostName} (HTTPS)", $"{address} over HTTPS as {hostName}{path}"), (spec.Name, spec.ToString()));
    }

    [Theory]
    [InlineData("https://1.1.1.1/dns-query{?dns}#a.example", "'/dns-query{?dns}' is no plain path")]
    [InlineData("https://dns.google/dns-query", "a name would have to be looked up in clear")]
    public void What_others_take_is_refused_with_the_reason(string text, string reason)
    {
        Assert.False(UpstreamSpec.TryParse(text, out _, out string error));
        Assert.Contains(reason, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1.1.1.1")]
    [InlineData("tls:1.1.1.1")]
    [InlineData("tls://")]
    [InlineData("tls://#dns.quad9.net")]
    [InlineData("http://1.1.1.1/dns-query#a.example")]
    [InlineData("https:1.1.1.1/dns-query")]
    [InlineData("https://")]
    [InlineData("https:///dns-query#a.example")]
    [InlineData("https://dns.google/dns-query")]
    [InlineData("https://user@1.1.1.1/dns-query#a.example")]
    [InlineData("https://1.1.1.1:0/dns-query#a.example")]
    [InlineData("https://0.0.0.0/dns-query#a.example")]
    [InlineData("https://1.1.1.1/dns-query{?dns}#a.example")]
    [InlineData("https://1.1.1.1/dns-query?dns=#a.example")]
    [InlineData("https://1.1.1.1/dns query#a.example")]
    [InlineData("https://1.1.1.1/dns-query\r\nx: y#a.example")]
    [InlineData("https://1.1.1.1/%2e%2e/x#a.example")]
    [InlineData("https://1.1.1.1/../x#a.example")]
    [InlineData("https://1.1.1.1/ä#a.example")]
    [InlineData("https://1.1.1.1/dns-query#a/b")]
    [InlineData("https://1.1.1.1/dns-query#a.example/dns-query")]
    [InlineData("cloudflare-tls")]
    [InlineData("-https")]
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
        Assert.Contains(
            "expected tls://ADDRESS[:PORT]#HOSTNAME, such as tls://9.9.9.9#dns.quad9.net, https://ADDRESS[:PORT]/dns-query#HOSTNAME, "
            + "or one of: cloudflare, quad9, google, adguard, mullvad, cloudflare-https, quad9-https, google-https, adguard-https, mullvad-https", error, StringComparison.Ordinal);
    }
}
