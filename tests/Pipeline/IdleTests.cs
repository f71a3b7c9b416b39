using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.Pipeline;

/// <summary>Connections that nobody asks on: when they end, and which are made anew.</summary>
public sealed class IdleTests
{
    private const int ConnectionEnded = 25;

    [Fact]
    public async Task Without_keep_warm_an_idle_close_is_followed_by_no_dial_before_the_next_query()
    {
        await using var upstream = new FakeUpstream(idleClose: TimeSpan.FromMilliseconds(300));
        await using var proxy = new ProxyInProcess(upstream);
        await AssertAnsweredAsync(proxy, "a.test");
        await Condition.HoldsAsync(() => upstream.Handshakes == 1 && upstream.Open == 0);
        await AssertAnsweredAsync(proxy, "b.test");
        Assert.Equal(2, upstream.Accepted);
    }

    [Fact]
    public async Task With_keep_warm_a_connection_waits_for_the_first_query_after_a_pause()
    {
        await using var upstream = new FakeUpstream(idleClose: TimeSpan.FromMilliseconds(500));
        await using var proxy = new ProxyInProcess(upstream, keepWarm: true);
        await AssertAnsweredAsync(proxy, "a.test");
        await Condition.HoldsAsync(() => upstream.Handshakes == 2);

        await AssertAnsweredAsync(proxy, "b.test");
        // The spare itself is closed in its turn; a query finds it before or makes it anew, and there is never more than one.
        Assert.InRange(upstream.Accepted, 2, 3);
        Assert.InRange(upstream.Open, 0, 1);
    }

    [Fact]
    public async Task With_keep_warm_an_upstream_that_closes_at_once_is_left_alone_more_and_more()
    {
        await using var upstream = new FakeUpstream(idleClose: TimeSpan.Zero);
        await using var proxy = new ProxyInProcess(upstream, keepWarm: true);
        await Condition.HoldsAsync(() => upstream.Accepted >= 3);
        int accepted = upstream.Accepted;
        await Task.Delay(TimeSpan.FromSeconds(2));
        Assert.InRange(upstream.Accepted, accepted, accepted + 1);
    }

    [Fact]
    public async Task With_keep_warm_one_connection_is_spare_where_several_were_open()
    {
        // A backlog behind one slow connection opens the second; both end idle.
        await using var upstream = new FakeUpstream(
            (query, number) => new FakeReply(Wire.Answer(query)) { ThenClose = number == 400 }, idleClose: TimeSpan.FromSeconds(1));
        await using var proxy = new ProxyInProcess(upstream, connections: 4, keepWarm: true);
        await DnsClient.FloodAsync(proxy.EndPoint, 4000, 2000, "n");
        int before = upstream.Handshakes;
        await Condition.HoldsAsync(() => upstream.Handshakes > before);
        Assert.InRange(upstream.Open, 0, 1);
    }

    [Fact]
    public async Task A_connection_is_closed_before_the_time_that_the_upstream_says_and_asked_for_once()
    {
        await using var upstream = new FakeUpstream(
            (query, number) => new FakeReply(number == 1 ? KeepaliveAnswer.To(query, timeout: 20) : Wire.Answer(query)));
        await using var proxy = new ProxyInProcess(upstream);
        for (int i = 0; i < 3; i++) await AssertAnsweredAsync(proxy, $"n{i}.test");
        long idleSince = TimeProvider.System.GetTimestamp();
        Assert.Equal([true, false, false], upstream.Queries.Select(KeepaliveAnswer.IsAskedBy));

        await Condition.HoldsAsync(() => upstream.Open == 0);
        Assert.InRange(TimeProvider.System.GetElapsedTime(idleSince).TotalSeconds, 1, 2.5);
        await AssertAnsweredAsync(proxy, "later.test");
        Assert.Equal(2, upstream.Accepted);
    }

    [Fact]
    public async Task A_connection_that_the_upstream_wants_closed_is_asked_nothing_more_and_loses_nothing()
    {
        // RFC 7828 §3.3.2: the first answer says zero; a query before it is answered later.
        await using var upstream = new FakeUpstream((query, number) =>
            number == 1 && KeepaliveAnswer.IsAskedBy(query) && Wire.NameOf(query) == "first.test."
                ? new FakeReply(KeepaliveAnswer.To(query, timeout: 0)) { Delay = TimeSpan.FromMilliseconds(50) }
                : new FakeReply(Wire.Answer(query)) { Delay = TimeSpan.FromMilliseconds(100) });
        await using var proxy = new ProxyInProcess(upstream);
        Task first = AssertAnsweredAsync(proxy, "first.test");
        await Condition.HoldsAsync(() => upstream.Queries.Count == 1);
        Task second = AssertAnsweredAsync(proxy, "second.test");
        await first;
        await AssertAnsweredAsync(proxy, "third.test");
        await second;

        Assert.Equal(2, upstream.Accepted);
        Assert.Equal(3, upstream.Queries.Count);
        Assert.Equal(1, upstream.Open);
    }

    [Fact]
    public async Task Where_outstanding_answers_are_slow_a_retired_connection_holds_up_nobody()
    {
        await using var upstream = new FakeUpstream((query, number) => Wire.NameOf(query) switch
        {
            "first.test." => new FakeReply(KeepaliveAnswer.To(query, timeout: 0)) { Delay = TimeSpan.FromMilliseconds(50) },
            "slow.test." when number > 1 => new FakeReply(Wire.Answer(query)) { Delay = TimeSpan.FromSeconds(3) },
            _ => new FakeReply(Wire.Answer(query)),
        });
        await using var proxy = new ProxyInProcess(upstream, timeoutSeconds: 6);
        Task first = AssertAnsweredAsync(proxy, "first.test");
        await Condition.HoldsAsync(() => upstream.Queries.Count == 1);
        Task slow = AssertAnsweredAsync(proxy, "slow.test");
        await first;
        long start = TimeProvider.System.GetTimestamp();
        await AssertAnsweredAsync(proxy, "third.test");
        Assert.InRange(TimeProvider.System.GetElapsedTime(start).TotalSeconds, 0, 2);
        await slow;
    }

    [Fact]
    public async Task An_upstream_that_says_nothing_and_closes_what_is_idle_is_learnt_from()
    {
        var log = new RecordingLogger();
        await using var upstream = new FakeUpstream(idleClose: TimeSpan.FromSeconds(1));
        await using var proxy = new ProxyInProcess(upstream, logger: log);
        string[] causes = [];
        // Two closes that agree; on a machine that is busy some do not.
        for (int i = 1; i <= 8 && !causes.Any(IsOurs); i++)
        {
            int ended = i;
            await AssertAnsweredAsync(proxy, $"n{i}.test");
            await Condition.HoldsAsync(() => log.Lines.Count(line => line.Id == ConnectionEnded) >= ended);
            causes = [.. log.Lines.Where(line => line.Id == ConnectionEnded).Select(line => line.Message)];
        }
        Assert.True(causes.Length >= 3 && !causes.Take(2).Any(IsOurs) && IsOurs(causes[^1]), string.Join('\n', causes));

        static bool IsOurs(string cause) => cause.Contains("idle for as long as the upstream allows", StringComparison.Ordinal);
    }

    private static async Task AssertAnsweredAsync(ProxyInProcess proxy, string name)
    {
        byte[] query = Wire.Query(1, name);
        Assert.True(Wire.IsAnswerTo(await DnsClient.AskAsync(proxy.EndPoint, query), query));
    }
}
