using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.EndToEnd;

/// <summary>What the native binary answers from memory.</summary>
public sealed class CacheTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("dotproxy-test.").FullName;

    private string CacheFile => Path.Combine(_directory, "cache");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_repeated_question_goes_to_the_upstream_once_over_udp_and_tcp()
    {
        await using var upstream = new FakeUpstream();
        await using ProxyProcess proxy = await ProxyProcess.StartAsync(upstream.Spec);
        byte[] query = Wire.Query(1, "a.test");
        for (int i = 0; i < 3; i++) Assert.True(Wire.IsAnswerTo(await DnsClient.AskAsync(proxy.EndPoint, query), query));
        using TcpDns tcp = await DnsClient.ConnectAsync(proxy.EndPoint);
        await tcp.SendAsync(query, query);
        for (int i = 0; i < 2; i++) Assert.True(Wire.IsAnswerTo(await tcp.ReceiveAsync(), query));
        Assert.Single(upstream.Queries);
    }

    [Fact]
    public async Task Without_a_cache_every_question_goes_to_the_upstream()
    {
        await using var upstream = new FakeUpstream();
        await using ProxyProcess proxy = await ProxyProcess.StartAsync(upstream.Spec, "--cache-size", "0");
        byte[] query = Wire.Query(1, "a.test");
        for (int i = 0; i < 3; i++) Assert.True(Wire.IsAnswerTo(await DnsClient.AskAsync(proxy.EndPoint, query), query));
        Assert.Equal(3, upstream.Queries.Count);
    }

    [Fact]
    public async Task Names_already_known_are_answered_although_the_upstream_is_gone_and_after_a_restart_too()
    {
        byte[] query = Wire.Query(1, "a.test", payloadSize: 1232);
        string spec;
        await using (var upstream = new FakeUpstream())
        {
            spec = upstream.Spec;
            await using ProxyProcess proxy = await ProxyProcess.StartAsync(spec, "--cache-file", CacheFile);
            Assert.True(Wire.IsAnswerTo(await DnsClient.AskAsync(proxy.EndPoint, query), query));
            await upstream.DisposeAsync();
            Assert.True(Wire.IsAnswerTo(await DnsClient.AskAsync(proxy.EndPoint, query), query));
            await proxy.Process.SignalAsync("TERM");
            Assert.Equal(0, await proxy.Process.WaitForExitAsync());
        }
        await using ProxyProcess again = await ProxyProcess.StartAsync(spec, "--cache-file", CacheFile);
        await again.Process.WaitForLineAsync("1 answers restored");
        Assert.True(Wire.IsAnswerTo(await DnsClient.AskAsync(again.EndPoint, query), query));
    }

    [Fact]
    public async Task An_expired_answer_is_given_while_the_upstream_is_gone_and_says_that_it_is_stale()
    {
        await using var upstream = new FakeUpstream();
        await using ProxyProcess proxy = await ProxyProcess.StartAsync(upstream.Spec, "--max-ttl", "1s", "--timeout", "1s");
        byte[] query = Wire.Query(1, "a.test", payloadSize: 1232);
        Assert.True(Wire.IsAnswerTo(await DnsClient.AskAsync(proxy.EndPoint, query), query));
        await upstream.DisposeAsync();

        byte[]? reply = null;
        await Condition.HoldsAsync(() =>
        {
            reply = DnsClient.AskAsync(proxy.EndPoint, query).GetAwaiter().GetResult();
            return reply is not null && Wire.IsAnswerTo(reply, query) && reply.AsSpan().IndexOf("the upstream does not answer now"u8) > 0;
        });
    }

    [Fact]
    public async Task A_cache_file_that_is_none_is_a_warning_and_left_as_it_is()
    {
        await File.WriteAllBytesAsync(CacheFile, new byte[5000], TestContext.Current.CancellationToken);
        await using var upstream = new FakeUpstream();
        await using ProxyProcess proxy = await ProxyProcess.StartAsync(upstream.Spec, "--cache-file", CacheFile);
        await proxy.Process.WaitForLineAsync("starting with an empty cache");
        byte[] query = Wire.Query(1, "a.test");
        Assert.True(Wire.IsAnswerTo(await DnsClient.AskAsync(proxy.EndPoint, query), query));
        await proxy.Process.SignalAsync("TERM");
        Assert.Equal(0, await proxy.Process.WaitForExitAsync());
        Assert.Equal(new byte[5000], await File.ReadAllBytesAsync(CacheFile, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Without_a_cache_the_signals_end_nothing()
    {
        await using var upstream = new FakeUpstream();
        await using ProxyProcess proxy = await ProxyProcess.StartAsync(upstream.Spec, "--cache-size", "0");
        byte[] query = Wire.Query(1, "a.test");
        Assert.True(Wire.IsAnswerTo(await DnsClient.AskAsync(proxy.EndPoint, query), query));
        foreach (string name in new[] { "USR1", "USR2" }) await proxy.Process.SignalAsync(name);
        await proxy.Process.WaitForLineAsync("there is no cache");
        Assert.True(Wire.IsAnswerTo(await DnsClient.AskAsync(proxy.EndPoint, query), query));
    }

    [Fact]
    public async Task Signals_show_the_cache_and_flush_it()
    {
        await using var upstream = new FakeUpstream();
        await using ProxyProcess proxy = await ProxyProcess.StartAsync(upstream.Spec);
        byte[] query = Wire.Query(1, "a.test");
        for (int i = 0; i < 2; i++) await DnsClient.AskAsync(proxy.EndPoint, query);
        await proxy.Process.SignalAsync("USR1");
        Assert.Contains("1 hits, 1 misses", await proxy.Process.WaitForLineAsync("cache: 1 answers"), StringComparison.Ordinal);
        await proxy.Process.SignalAsync("USR2");
        await proxy.Process.WaitForLineAsync("cache flushed: 1 answers removed");
        await DnsClient.AskAsync(proxy.EndPoint, query);
        Assert.Equal(2, upstream.Queries.Count);
    }
}
