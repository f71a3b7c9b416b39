using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.EndToEnd;

/// <summary>What an upstream's faults do to clients: nothing, where a fresh connection can save the query.</summary>
public sealed class UpstreamFaultTests
{
    [Fact]
    public async Task An_idle_close_costs_no_query()
    {
        await using var upstream = new FakeUpstream(idleClose: TimeSpan.FromMilliseconds(50));
        await using ProxyProcess proxy = await ProxyProcess.StartAsync(upstream.Spec, "--log-level", "debug");
        for (int round = 1; round <= 3; round++)
        {
            await AssertNothingLostAsync(proxy, count: 20, window: 4, prefix: $"round{round}-");
            int connections = upstream.Accepted;
            await Condition.HoldsAsync(() => proxy.Process.Output.Split("closed by the upstream").Length > connections);
        }
    }

    [Theory]
    [InlineData(1, 60)]
    [InlineData(20, 2000)]
    public async Task A_close_after_every_few_queries_under_load_costs_no_query(int queriesPerConnection, int count)
    {
        await using var upstream = new FakeUpstream(
            (query, number) => new FakeReply(Wire.Answer(query)) { ThenClose = number == queriesPerConnection });
        await using ProxyProcess proxy = await ProxyProcess.StartAsync(upstream.Spec);

        await AssertNothingLostAsync(proxy, count, window: 50);

        // As many connections as that takes, and no storm of more.
        Assert.InRange(upstream.Accepted, count / queriesPerConnection, (count / queriesPerConnection) + 25);
    }

    [Fact]
    public async Task A_fin_with_five_queries_outstanding_costs_none_of_them()
    {
        // RFC 7766 §6.2.4: the first connection swallows five queries and ends; a fresh one answers them.
        int connection = 0;
        await using var upstream = new FakeUpstream((query, number) =>
        {
            if (number == 1) Interlocked.Increment(ref connection);
            return Volatile.Read(ref connection) == 1 ? new FakeReply() { ThenClose = number == 5 } : new FakeReply(Wire.Answer(query));
        });
        await using ProxyProcess proxy = await ProxyProcess.StartAsync(upstream.Spec);

        await AssertNothingLostAsync(proxy, count: 5, window: 5);
        Assert.Equal(10, upstream.Queries.Count);
    }

    [Fact]
    public async Task A_cut_under_load_costs_no_query()
    {
        await using var upstream = new FakeUpstream((query, _) => new FakeReply(Wire.Answer(query)) { Delay = TimeSpan.FromMilliseconds(2) });
        await using ProxyProcess proxy = await ProxyProcess.StartAsync(upstream.Spec);

        Task<DnsClient.Tally> flood = DnsClient.FloodAsync(proxy.EndPoint, 3000, 50, "cut");
        for (int cut = 1; cut <= 3; cut++)
        {
            int target = 600 * cut;
            await Condition.HoldsAsync(() => upstream.Answered >= target);
            upstream.CutAll();
        }
        Assert.Equal(new DnsClient.Tally(3000, 3000, 0, 0), await flood);
    }

    [Fact]
    public async Task A_restart_of_the_upstream_costs_no_query()
    {
        await using UnboundServer upstream = await UnboundServer.StartAsync();
        await using ProxyProcess proxy = await ProxyProcess.StartAsync(upstream.Spec);
        using var done = new CancellationTokenSource();
        Task<int> asking = CountLostWhileAsync(proxy, done.Token);

        await upstream.RestartAsync(pause: TimeSpan.FromMilliseconds(500));
        await done.CancelAsync();

        Assert.Equal(0, await asking);
    }

    [Fact]
    public async Task A_frozen_upstream_costs_no_query_once_it_thaws()
    {
        await using UnboundServer upstream = await UnboundServer.StartAsync();
        await using ProxyProcess proxy = await ProxyProcess.StartAsync(upstream.Spec);
        using var done = new CancellationTokenSource();
        Task<int> asking = CountLostWhileAsync(proxy, done.Token);

        await upstream.Process.SignalAsync("STOP");
        await Task.Delay(TimeSpan.FromSeconds(2.5));
        await upstream.Process.SignalAsync("CONT");
        await proxy.Process.WaitForLineAsync("listening");
        await done.CancelAsync();

        Assert.Equal(0, await asking);
    }

    [Fact]
    public async Task A_connection_that_falls_silent_is_given_up_and_its_queries_are_asked_again()
    {
        // The first connection reads and never answers, as one whose path has changed; the oldest unanswered query tells.
        int connection = 0;
        await using var upstream = new FakeUpstream((query, number) =>
        {
            if (number == 1) Interlocked.Increment(ref connection);
            return Volatile.Read(ref connection) == 1 ? new FakeReply() : new FakeReply(Wire.Answer(query));
        });
        await using ProxyProcess proxy = await ProxyProcess.StartAsync(upstream.Spec, "--timeout", "2s");

        await AssertNothingLostAsync(proxy, count: 20, window: 20);
    }

    [Fact]
    public async Task An_upstream_that_never_answers_gets_its_clients_a_servfail_that_says_so()
    {
        await using var upstream = new FakeUpstream((_, _) => new FakeReply());
        await using ProxyProcess proxy = await ProxyProcess.StartAsync(upstream.Spec, "--timeout", "500ms", "--log-level", "debug");

        byte[]? reply = await DnsClient.AskAsync(proxy.EndPoint, Wire.Query(1, "a.test", payloadSize: 1232));

        Assert.Equal(2, Wire.Rcode(reply));
        Assert.Contains("no answer within 0.5 s", Wire.ExtendedErrorText(reply), StringComparison.Ordinal);
        string line = await proxy.Process.WaitForLineAsync("no answer for a.test.");
        Assert.Contains("no answer within 0.5 s", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_name_without_an_answer_does_not_end_a_connection_that_answers_others()
    {
        await using var upstream = new FakeUpstream(
            (query, _) => Wire.NameOf(query).StartsWith("drop", StringComparison.Ordinal) ? new FakeReply() : new FakeReply(Wire.Answer(query)));
        await using ProxyProcess proxy = await ProxyProcess.StartAsync(upstream.Spec, "--timeout", "1s");

        Task<byte[]?> dropped = DnsClient.AskAsync(proxy.EndPoint, Wire.Query(1, "drop.test"));
        while (!dropped.IsCompleted) await AssertNothingLostAsync(proxy, count: 10, window: 1);

        Assert.Equal(2, Wire.Rcode(await dropped));
        Assert.Equal(1, upstream.Accepted);
    }

    [Fact]
    public async Task Wrong_ids_and_wrong_questions_are_not_delivered()
    {
        // RFC 5452 §9.1: ahead of the answer come one with another ID and one with another question.
        await using var upstream = new FakeUpstream((query, _) =>
        {
            byte[] otherId = Wire.Answer(query);
            otherId[1] ^= 0xFF;
            byte[] otherQuestion = Wire.Answer(query);
            otherQuestion[13] ^= 1;
            byte[] aQuery = [.. query];
            return new FakeReply(otherId, otherQuestion, aQuery, [1, 2, 3], Wire.Answer(query));
        });
        await using ProxyProcess proxy = await ProxyProcess.StartAsync(upstream.Spec);

        await AssertNothingLostAsync(proxy, count: 200, window: 10);
    }

    [Fact]
    public async Task Answers_out_of_order_find_their_clients()
    {
        int number = 0;
        await using var upstream = new FakeUpstream(
            (query, _) => new FakeReply(Wire.Answer(query)) { Delay = TimeSpan.FromMilliseconds(1 + (Interlocked.Increment(ref number) * 7 % 23)) });
        await using ProxyProcess proxy = await ProxyProcess.StartAsync(upstream.Spec);

        await AssertNothingLostAsync(proxy, count: 500, window: 50);
    }

    [Fact]
    public async Task Answers_octet_by_octet_are_put_together()
    {
        await using var upstream = new FakeUpstream((query, _) => new FakeReply(Wire.Answer(query)) { InFragments = true });
        await using ProxyProcess proxy = await ProxyProcess.StartAsync(upstream.Spec);

        await AssertNothingLostAsync(proxy, count: 30, window: 5);
    }

    [Fact]
    public async Task A_malformed_answer_is_a_servfail_and_not_silence()
    {
        await using var upstream = new FakeUpstream((query, _) => new FakeReply([.. Wire.Answer(query).AsSpan()[..^20]]));
        await using ProxyProcess proxy = await ProxyProcess.StartAsync(upstream.Spec);

        byte[]? reply = await DnsClient.AskAsync(proxy.EndPoint, Wire.Query(1, "a.test", payloadSize: 1232));

        Assert.Equal(2, Wire.Rcode(reply));
        Assert.Contains("malformed", Wire.ExtendedErrorText(reply), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_upstream_that_is_down_at_start_is_said_once_and_recovers_by_itself()
    {
        await using var upstream = new FakeUpstream();
        System.Net.IPEndPoint place = upstream.EndPoint;
        await upstream.DisposeAsync();
        await using ProxyProcess proxy = await ProxyProcess.StartAsync($"tls://{place}#dot.test", "--timeout", "1s");
        string line = await proxy.Process.WaitForLineAsync("upstream lost");
        Assert.Contains("connection refused", line, StringComparison.Ordinal);

        // It fails within its deadline first, and at once when the outage lasts.
        byte[]? reply = await DnsClient.AskAsync(proxy.EndPoint, Wire.Query(1, "a.test", payloadSize: 1232));
        Assert.Equal(2, Wire.Rcode(reply));
        Assert.Contains("connection refused", Wire.ExtendedErrorText(reply), StringComparison.Ordinal);

        await using var back = new FakeUpstream(at: place);
        await proxy.Process.WaitForLineAsync("upstream back");
        await AssertNothingLostAsync(proxy, count: 10, window: 2);
        Assert.Equal(2, proxy.Process.Output.Split("upstream lost").Length);
    }

    [Fact]
    public async Task A_slow_handshake_holds_queries_and_loses_none()
    {
        await using UnboundServer upstream = await UnboundServer.StartAsync();
        await upstream.Process.SignalAsync("STOP");
        await using ProxyProcess proxy = await ProxyProcess.StartAsync(upstream.Spec);
        Task<DnsClient.Tally> flood = DnsClient.FloodAsync(proxy.EndPoint, 20, 20, "early");
        await Task.Delay(TimeSpan.FromMilliseconds(700));
        await upstream.Process.SignalAsync("CONT");

        DnsClient.Tally tally = await flood;
        Assert.Equal(0, tally.Lost);
    }

    private static async Task AssertNothingLostAsync(ProxyProcess proxy, int count, int window, string prefix = "n") =>
        Assert.Equal(new DnsClient.Tally(count, count, 0, 0), await DnsClient.FloodAsync(proxy.EndPoint, count, window, prefix));

    /// <summary>Asks ten a second and more until told to stop; returns how many got no answer, or an error.</summary>
    private static async Task<int> CountLostWhileAsync(ProxyProcess proxy, CancellationToken done)
    {
        var asked = new List<Task<byte[]?>>();
        using var clock = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!done.IsCancellationRequested)
        {
            await clock.WaitForNextTickAsync(CancellationToken.None);
            asked.Add(DnsClient.AskAsync(proxy.EndPoint, Wire.Query((ushort)asked.Count, $"r{asked.Count}.test")));
        }
        byte[]?[] replies = await Task.WhenAll(asked);
        return replies.Count(reply => reply is null || Wire.Rcode(reply) != 0);
    }
}
