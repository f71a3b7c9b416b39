using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.EndToEnd;

/// <summary>The native binary between Debian's own clients and Debian's own resolver over TLS.</summary>
public sealed class RealClientTests(RealClientTests.Parts parts) : IClassFixture<RealClientTests.Parts>
{
    [Fact]
    public async Task Nslookup_over_udp()
    {
        Tool.Result result = await Tool.RunAsync("nslookup", "-port=" + parts.Proxy.Port, "yahoo.com.", "127.0.0.1");
        Assert.True(result.ExitCode == 0, result.Output);
        Assert.Contains("192.0.2.7", result.Output, StringComparison.Ordinal);
        Assert.Contains("2001:db8::7", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nslookup_over_tcp()
    {
        Tool.Result result = await Tool.RunAsync("nslookup", "-vc", "-port=" + parts.Proxy.Port, "yahoo.com.", "127.0.0.1");
        Assert.True(result.ExitCode == 0, result.Output);
        Assert.Contains("192.0.2.7", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("+notcp")]
    [InlineData("+tcp")]
    public async Task Dig_gets_the_answer_and_an_opt_record(string transport)
    {
        Tool.Result result = await Tool.RunAsync("dig", "@127.0.0.1", "-p", parts.Proxy.Port, transport, "yahoo.com", "MX");
        Assert.Contains("10 mail.yahoo.com.", result.Output, StringComparison.Ordinal);
        Assert.Contains("EDNS: version: 0", result.Output, StringComparison.Ordinal);
        Assert.Contains("status: NOERROR", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dig_sees_a_name_error()
    {
        Tool.Result result = await Tool.RunAsync("dig", "@127.0.0.1", "-p", parts.Proxy.Port, "nothing.yahoo.com");
        Assert.Contains("status: NXDOMAIN", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dig_without_edns_gets_no_opt_record()
    {
        Tool.Result result = await Tool.RunAsync("dig", "@127.0.0.1", "-p", parts.Proxy.Port, "+noedns", "yahoo.com");
        Assert.Contains("192.0.2.7", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("EDNS", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Kdig_asks_many_at_once_over_one_connection()
    {
        Tool.Result result = await Tool.RunAsync(
            "kdig", "@127.0.0.1", "-p", parts.Proxy.Port, "+tcp", "+keepopen", "+short", "yahoo.com", "a.test", "b.test");
        Assert.Equal(["192.0.2.7", "192.0.2.1", "192.0.2.1"], result.Output.Trim().Split('\n'));
    }

    [Fact]
    public async Task Kdig_gets_badvers_for_edns_version_1()
    {
        Tool.Result result = await Tool.RunAsync("kdig", "@127.0.0.1", "-p", parts.Proxy.Port, "+edns=1", "yahoo.com");
        Assert.Contains("BADVERS", result.Output, StringComparison.Ordinal);
    }

    public sealed class Parts : IAsyncLifetime
    {
        private UnboundServer? _unbound;

        internal ProxyProcess Proxy { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            _unbound = await UnboundServer.StartAsync();
            Proxy = await ProxyProcess.StartAsync(_unbound.Spec);
        }

        public async ValueTask DisposeAsync()
        {
            await Proxy.DisposeAsync();
            await _unbound!.DisposeAsync();
        }
    }
}
