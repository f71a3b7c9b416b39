using DotProxy.Configuration;

namespace DotProxy.Tests.Configuration;

public sealed class UpstreamRulesTests
{
    [Theory]
    [InlineData("tls://127.0.0.1:5300#a.example", "--upstream '127.0.0.1:5300': it is --listen '127.0.0.1:5300', this proxy's own address: a query would go round for ever")]
    [InlineData("tls://127.0.0.1:5301#a.example", "--upstream '127.0.0.1:5301': it is --listen '0.0.0.0:5301', this proxy's own address: a query would go round for ever")]
    [InlineData("quad9,QUAD9", "--upstream 'quad9': 9.9.9.9:853 is there twice; leave one of them out")]
    [InlineData("quad9,tls://9.9.9.9#dns.quad9.net", "--upstream 'dns.quad9.net': 9.9.9.9:853 is there twice; leave one of them out")]
    [InlineData("quad9-https,https://9.9.9.9#dns.quad9.net", "--upstream 'dns.quad9.net (HTTPS)': 9.9.9.9:443 is there twice; leave one of them out")]
    public void What_cannot_be_meant_ends_the_start(string upstreams, string message) =>
        Assert.Equal(message, Assert.Throws<StartException>(() => Parse("--upstream", upstreams)).Message);

    [Fact]
    public void There_is_a_bound()
    {
        string[] specs = [.. Enumerable.Range(1, 17).Select(i => $"tls://192.0.2.{i}#a.example")];
        Assert.Equal(16, Parse("--upstream", string.Join(',', specs[1..])).Upstreams.Count);
        Assert.Equal("--upstream is given 17 times; 16 are the most", Assert.Throws<StartException>(() => Parse("--upstream", string.Join(',', specs))).Message);
    }

    [Fact]
    public void Over_https_a_resolver_is_another_one_and_each_path_too() =>
        Assert.Equal(
            ["quad9", "quad9-https", "dns.quad9.net (HTTPS)", "dns.quad9.net (HTTPS) (2)"],
            Parse("--upstream", "quad9,quad9-https,https://9.9.9.9/a#dns.quad9.net,https://9.9.9.9/b#dns.quad9.net").Upstreams.Select(upstream => upstream.Name));

    [Fact]
    public void Two_of_one_name_are_told_apart() =>
        Assert.Equal(
            ["a.example", "quad9", "a.example (2)"],
            Parse("--upstream", "tls://192.0.2.1#a.example,quad9,tls://192.0.2.2#a.example").Upstreams.Select(upstream => upstream.Name));

    private static ProxyOptions Parse(params string[] flags) => CommandLine.Parse(["--listen", "127.0.0.1:5300,0.0.0.0:5301", .. flags], _ => null, out _)!;
}
