using System.Diagnostics;
using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.EndToEnd;

/// <summary>Names that stay at home: what the native binary answers itself, and what it asks of other servers than the rest.</summary>
public sealed class SplitDnsTests : IDisposable
{
    private const int TypePtr = 12;

    private readonly string _hosts = Path.GetTempFileName();

    public void Dispose() => File.Delete(_hosts);

    [Fact]
    public async Task Local_names_never_reach_the_upstream_over_udp_or_tcp()
    {
        await File.WriteAllTextAsync(_hosts, "192.168.7.7 nas.home nas\nnonsense\n", TestContext.Current.CancellationToken);
        await using var upstream = new FakeUpstream();
        await using ProxyProcess proxy = await ProxyProcess.StartAsync(upstream.Spec, "--hosts", _hosts);
        Assert.Contains("'nonsense' is no IP address", await proxy.Process.WaitForLineAsync($"{_hosts}:2: "), StringComparison.Ordinal);
        (byte[] Query, int Rcode, int Answers)[] cases =
        [
            (Wire.Query(1, "nas.home"), 0, 1),
            (Wire.Query(2, "NAS", 28, payloadSize: 1232), 0, 0),
            (Wire.Query(3, "7.7.168.192.in-addr.arpa", TypePtr), 0, 1),
            (Wire.Query(4, "8.7.168.192.in-addr.arpa", TypePtr), 3, 0),
            (Wire.Query(5, "x.localhost", 28), 0, 1),
            (Wire.Query(6, "www.invalid"), 3, 0),
            (Wire.Query(7, "x.onion", payloadSize: 1232), 3, 0),
        ];
        using TcpDns tcp = await DnsClient.ConnectAsync(proxy.EndPoint);
        foreach ((byte[] query, int rcode, int answers) in cases)
        {
            await tcp.SendAsync(query);
            foreach (byte[]? octets in (byte[]?[])[await DnsClient.AskAsync(proxy.EndPoint, query), await tcp.ReceiveAsync()])
            {
                var reply = new ParsedMessage(octets);
                Assert.Equal((rcode, answers, Wire.Id(query)), (reply.Rcode, reply.Answers.Count, reply.Id));
            }
        }
        byte[] other = Wire.Query(9, "www.test");
        Assert.True(Wire.IsAnswerTo(await DnsClient.AskAsync(proxy.EndPoint, other), other));
        Assert.Equal("www.test.", Wire.NameOf(Assert.Single(upstream.Queries)));
    }

    [Fact]
    public async Task Routed_names_go_to_a_real_server_in_clear_and_no_others_do()
    {
        await using var upstream = new FakeUpstream();
        await using UnboundServer router = await UnboundServer.StartAsync();
        await using ProxyProcess proxy = await ProxyProcess.StartAsync(
            upstream.Spec, "--route", $"lan=udp://127.0.0.1:{router.PlainPort}", "--route", $"168.192.in-addr.arpa=tcp://127.0.0.1:{router.PlainPort}");
        await proxy.Process.WaitForLineAsync($"lan. is asked of udp://127.0.0.1:{router.PlainPort} in clear");

        for (int i = 0; i < 2; i++) Assert.Equal([192, 168, 1, 5], Assert.Single((await AskAsync(proxy, "nas.lan")).Answers).Data);
        Assert.Single((await AskAsync(proxy, "5.1.168.192.in-addr.arpa", TypePtr)).Answers);
        Assert.Equal(3, (await AskAsync(proxy, "nothing.lan")).Rcode);
        Assert.Equal(3, (await AskAsync(proxy, "5.1.10.in-addr.arpa", TypePtr)).Rcode);

        // Too long for a datagram: fetched over TCP, and told so to those who ask over UDP.
        Assert.True((await AskAsync(proxy, "big.lan", Wire.TypeTxt)).IsTruncated);
        using TcpDns tcp = await DnsClient.ConnectAsync(proxy.EndPoint);
        await tcp.SendAsync(Wire.Query(7, "big.lan", Wire.TypeTxt));
        Assert.Equal(1536, Assert.Single(new ParsedMessage(await tcp.ReceiveAsync()).Answers).Data.Length);

        Assert.Empty(upstream.Queries);
        byte[] other = Wire.Query(9, "wlan.test");
        Assert.True(Wire.IsAnswerTo(await DnsClient.AskAsync(proxy.EndPoint, other), other));
        Assert.Single(upstream.Queries);
    }

    [Fact]
    public async Task Answers_of_routed_names_are_remembered_like_others()
    {
        await using var upstream = new FakeUpstream();
        await using var router = new PlainServer();
        await using ProxyProcess proxy = await ProxyProcess.StartAsync(upstream.Spec, "--route", $"lan=udp://{router.EndPoint}", "--route", $"home=udp://{router.EndPoint}");
        byte[] query = Wire.Query(1, "nas.lan"), other = Wire.Query(1, "nas.home");
        for (int i = 0; i < 3; i++) Assert.True(Wire.IsAnswerTo(await DnsClient.AskAsync(proxy.EndPoint, query), query));
        Assert.True(Wire.IsAnswerTo(await DnsClient.AskAsync(proxy.EndPoint, other), other));
        Assert.Equal(2, router.Queries.Count);
    }

    [Fact]
    public async Task A_route_to_another_resolver_over_TLS_has_connections_of_its_own()
    {
        await using FakeUpstream upstream = new(), corporate = new();
        await using ProxyProcess proxy = await ProxyProcess.StartAsync(upstream.Spec, "--route", $"corp.example={corporate.Spec}");
        byte[] query = Wire.Query(1, "www.corp.example"), other = Wire.Query(2, "www.example");
        Assert.True(Wire.IsAnswerTo(await DnsClient.AskAsync(proxy.EndPoint, query), query));
        Assert.True(Wire.IsAnswerTo(await DnsClient.AskAsync(proxy.EndPoint, other), other));
        Assert.Equal("www.corp.example.", Wire.NameOf(Assert.Single(corporate.Queries)));
        Assert.Equal("www.example.", Wire.NameOf(Assert.Single(upstream.Queries)));
    }

    [Fact]
    public async Task A_route_may_lead_over_https_and_each_path_is_another_resolver()
    {
        await using var upstream = new FakeUpstream();
        await using var corporate = new FakeDohServer();
        string other = corporate.Spec.Replace("/dns-query", "/other", StringComparison.Ordinal);
        await using ProxyProcess proxy = await ProxyProcess.StartAsync(
            upstream.Spec, "--route", $"corp.example={corporate.Spec}", "--route", $"corp.test={other}");
        foreach (string name in new[] { "www.corp.example", "www.corp.test" })
        {
            byte[] query = Wire.Query(1, name);
            Assert.True(Wire.IsAnswerTo(await DnsClient.AskAsync(proxy.EndPoint, query), query));
        }
        Assert.Equal([":path: /dns-query", ":path: /other"], corporate.Fields.SelectMany(fields => fields).Where(field => field.StartsWith(":path:", StringComparison.Ordinal)));
        Assert.Empty(upstream.Queries);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_route_whose_server_is_dead_fails_within_the_deadline_and_holds_up_nobody_else(bool isSilent)
    {
        await using var upstream = new FakeUpstream();
        await using var router = new PlainServer(_ => []);
        if (!isSilent) await router.DisposeAsync();
        await using ProxyProcess proxy = await ProxyProcess.StartAsync(upstream.Spec, "--timeout", "2s", "--route", $"lan=udp://{router.EndPoint}");

        var clock = Stopwatch.StartNew();
        Task<ParsedMessage>[] dead = [.. Enumerable.Range(0, 50).Select(i => AskAsync(proxy, $"n{i}.lan"))];
        Assert.Equal(new DnsClient.Tally(500, 500, 0, 0), await DnsClient.FloodAsync(proxy.EndPoint, 500, 20, "well"));
        ParsedMessage[] replies = await Task.WhenAll(dead);
        // Two seconds, and what a busy machine needs.
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        foreach (ParsedMessage reply in replies)
        {
            (int code, string text) = Assert.Single(reply.Opt!.ExtendedErrors);
            Assert.Equal((2, 23), (reply.Rcode, code));
            Assert.Equal($"udp://{router.EndPoint}: {(isSilent ? "no answer within 2 s" : "connection refused")}", text);
        }
        await proxy.Process.WaitForLineAsync("no answer for a routed zone: udp://");
    }

    [Fact]
    public async Task At_the_end_routed_queries_are_answered_too()
    {
        await using var upstream = new FakeUpstream();
        await using var router = new PlainServer(query => query.Number == 1 ? [] : [Wire.Answer(query.Message)]);
        await using ProxyProcess proxy = await ProxyProcess.StartAsync(upstream.Spec, "--route", $"lan=udp://{router.EndPoint}");
        byte[] query = Wire.Query(1, "nas.lan");
        Task<byte[]?> asking = DnsClient.AskAsync(proxy.EndPoint, query);
        await Condition.HoldsAsync(() => !router.Queries.IsEmpty);
        await proxy.Process.SignalAsync("TERM");
        Assert.True(Wire.IsAnswerTo(await asking, query));
        Assert.Equal(0, await proxy.Process.WaitForExitAsync());
    }

    [Theory]
    [InlineData("--hosts", "/nonexistent/hosts", "--hosts '/nonexistent/hosts': no such file; give the path of a file like /etc/hosts that this user may read")]
    [InlineData("--route", ".=udp://192.0.2.1", "--route '.=udp://192.0.2.1': the root is every name, and those are asked over TLS or HTTPS: give --upstream instead")]
    [InlineData("--route", "lan=udp://127.0.0.1:53999", "--route 'lan.': udp://127.0.0.1:53999 is where DotProxy itself listens (127.0.0.1:53999)")]
    public async Task What_cannot_be_meant_ends_the_start_with_one_line(string flag, string value, string expected)
    {
        Tool.Result result = await Tool.RunAsync(Repository.Binary, "--listen", "127.0.0.1:53999", flag, value);
        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith($"dotproxy: {expected}", result.Output, StringComparison.Ordinal);
        Assert.Single(result.Output.TrimEnd().Split('\n'));
    }

    private static async Task<ParsedMessage> AskAsync(ProxyProcess proxy, string name, ushort type = Wire.TypeA) =>
        new(await DnsClient.AskAsync(proxy.EndPoint, Wire.Query(1, name, type, payloadSize: 1232)));
}
