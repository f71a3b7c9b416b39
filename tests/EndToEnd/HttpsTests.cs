using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.EndToEnd;

/// <summary>The native binary before Debian's Unbound over HTTPS, with Debian's clients as witnesses (RFC 8484).</summary>
public sealed class HttpsTests
{
    [Fact]
    public async Task Kdig_and_dig_get_through_the_proxy_what_kdig_gets_over_https()
    {
        await using UnboundServer unbound = await UnboundServer.StartAsync(isHttps: true);
        await using ProxyProcess proxy = await ProxyProcess.StartAsync(unbound.Spec);
        Assert.Contains("over HTTPS as dot.test", proxy.Process.Output, StringComparison.Ordinal);
        string port = unbound.Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        foreach (string type in new[] { "A", "AAAA", "MX", "TXT" })
        {
            Tool.Result direct = await Tool.RunAsync("kdig", "@127.0.0.1", "-p", port, "+https=/dns-query", $"+tls-ca={TestCertificates.Authority}", "+tls-hostname=dot.test", "+short", "yahoo.com", type);
            Assert.Equal(0, direct.ExitCode);
            Tool.Result udp = await Tool.RunAsync("kdig", "@127.0.0.1", "-p", proxy.Port, "+short", "yahoo.com", type);
            Tool.Result tcp = await Tool.RunAsync("dig", "@127.0.0.1", "-p", proxy.Port, "+tcp", "+short", "yahoo.com", type);
            Assert.Equal((direct.Output, direct.Output), (udp.Output, tcp.Output));
        }
        Tool.Result missing = await Tool.RunAsync("dig", "@127.0.0.1", "-p", proxy.Port, "nothing.yahoo.com");
        Assert.Contains("status: NXDOMAIN", missing.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_are_answered_and_a_restart_costs_none()
    {
        await using UnboundServer unbound = await UnboundServer.StartAsync(isHttps: true);
        await using ProxyProcess proxy = await ProxyProcess.StartAsync(unbound.Spec, "--cache-size", "0");
        for (int round = 0; round < 3; round++)
        {
            Task<int> asking = CountLostAsync(proxy, 2000, $"r{round}-");
            await unbound.RestartAsync(TimeSpan.Zero);
            Assert.Equal(0, await asking);
        }
    }

    [Fact]
    public async Task One_that_freezes_is_found_out_and_another_over_tls_stands_in()
    {
        await using UnboundServer https = await UnboundServer.StartAsync(isHttps: true), tls = await UnboundServer.StartAsync();
        await using ProxyProcess proxy = await ProxyProcess.StartAsync(https.Spec, "--upstream", tls.Spec, "--cache-size", "0");
        Assert.Equal(0, await CountLostAsync(proxy, 200, "a"));
        await https.Process.SignalAsync("STOP");
        Assert.Equal(0, await CountLostAsync(proxy, 200, "b"));
        await https.Process.SignalAsync("CONT");
        Assert.Equal(0, await CountLostAsync(proxy, 200, "c"));
    }

    [Fact]
    public async Task A_path_that_is_not_the_resolvers_is_said()
    {
        await using UnboundServer unbound = await UnboundServer.StartAsync(isHttps: true);
        await using ProxyProcess proxy = await ProxyProcess.StartAsync($"https://127.0.0.1:{unbound.Port}/elsewhere#dot.test");
        byte[]? reply = await DnsClient.AskAsync(proxy.EndPoint, Wire.Query(1, "a.test", payloadSize: 1232));
        Assert.Equal(2, Wire.Rcode(reply));
        Assert.Contains("HTTP status 404", Wire.ExtendedErrorText(reply), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_of_somebody_else_gets_no_query()
    {
        await using UnboundServer unbound = await UnboundServer.StartAsync(isHttps: true);
        await using ProxyProcess proxy = await ProxyProcess.StartAsync($"https://127.0.0.1:{unbound.Port}/dns-query#another.test");
        byte[]? reply = await DnsClient.AskAsync(proxy.EndPoint, Wire.Query(1, "a.test", payloadSize: 1232));
        Assert.Equal(2, Wire.Rcode(reply));
        Assert.Contains("wrong name", Wire.ExtendedErrorText(reply), StringComparison.Ordinal);
    }

    /// <summary>Asks that many names and returns how many got no good answer.</summary>
    private static async Task<int> CountLostAsync(ProxyProcess proxy, int count, string prefix)
    {
        int good = 0;
        for (int i = 0; i < count; i += 20)
        {
            byte[]?[] replies = await Task.WhenAll(
                Enumerable.Range(i, 20).Select(number => DnsClient.AskAsync(proxy.EndPoint, Wire.Query((ushort)number, $"{prefix}{number}.test"))));
            good += replies.Count(reply => reply is not null && Wire.Rcode(reply) == 0);
        }
        return count - good;
    }
}
