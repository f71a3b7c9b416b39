using System.Diagnostics;
using DotProxy.Configuration;
using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.Pipeline;

/// <summary>Several upstreams, one of which fails in some way: every query is answered all the same.</summary>
public sealed class FailoverTests
{
    private const int ServerFailure = 2, Refused = 5;

    [Fact]
    public async Task The_first_is_asked_while_it_is_well()
    {
        await using FakeUpstream first = new(), second = new();
        await using var proxy = new ProxyInProcess([first.Spec, second.Spec]);
        DnsClient.Tally tally = await DnsClient.FloodAsync(proxy.EndPoint, 500, window: 20, "n");
        Assert.Equal(new DnsClient.Tally(500, 500, 0, 0), tally);
        Assert.InRange(second.Queries.Count, 0, 500 / 20);
    }

    [Fact]
    public async Task One_that_is_gone_costs_no_query_and_is_returned_to()
    {
        var first = new FakeUpstream();
        await using var second = new FakeUpstream();
        await using var proxy = new ProxyInProcess([first.Spec, second.Spec]);
        Assert.Equal(200, (await DnsClient.FloodAsync(proxy.EndPoint, 200, window: 20, "a")).Answered);

        Task<DnsClient.Tally> during = DnsClient.FloodAsync(proxy.EndPoint, 1000, window: 20, "b");
        await Condition.HoldsAsync(() => first.Queries.Count > 300);
        await first.DisposeAsync();
        Assert.Equal(new DnsClient.Tally(1000, 1000, 0, 0), await during);
        Assert.True(second.Queries.Count > 500);

        await using var again = new FakeUpstream(at: first.EndPoint);
        ushort id = 0;
        while (again.Queries.All(query => Wire.NameOf(query) == "."))
            Assert.Equal(0, Wire.Rcode(await DnsClient.AskAsync(proxy.EndPoint, Wire.Query(++id, $"c{id}.test"))));
    }

    [Fact]
    public async Task One_that_takes_queries_and_says_nothing_keeps_nobody_waiting_two_seconds()
    {
        var log = new RecordingLogger();
        await using FakeUpstream silent = new((_, _) => new FakeReply()), well = new();
        await using var proxy = new ProxyInProcess([silent.Spec, well.Spec], logger: log);
        long start = Stopwatch.GetTimestamp();
        byte[]?[] replies = await Task.WhenAll(Enumerable.Range(1, 20).Select(id => DnsClient.AskAsync(proxy.EndPoint, Wire.Query((ushort)id, $"n{id}.test"))));
        Assert.All(replies, reply => Assert.Equal(0, Wire.Rcode(reply)));
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(2));

        // From here on nobody waits at all.
        await Condition.HoldsAsync(() => log.Messages.Any(line => line.StartsWith("upstream left out", StringComparison.Ordinal)));
        Assert.Equal(new DnsClient.Tally(100, 100, 0, 0), await DnsClient.FloodAsync(proxy.EndPoint, 100, window: 10, "m"));
        Assert.DoesNotContain(silent.Queries, query => Wire.NameOf(query).StartsWith('m'));
    }

    [Fact]
    public async Task One_slow_name_on_a_quiet_line_is_no_silence()
    {
        static FakeReply Answer(byte[] query, int number) =>
            new(Wire.Answer(query)) { Delay = Wire.NameOf(query).StartsWith("slow", StringComparison.Ordinal) ? TimeSpan.FromSeconds(2) : TimeSpan.Zero };
        await using FakeUpstream first = new(Answer), second = new(Answer);
        var log = new RecordingLogger();
        await using var proxy = new ProxyInProcess([first.Spec, second.Spec], logger: log);
        Assert.Equal(100, (await DnsClient.FloodAsync(proxy.EndPoint, 100, window: 5, "n")).Answered);
        Assert.Equal(0, Wire.Rcode(await DnsClient.AskAsync(proxy.EndPoint, Wire.Query(1, "slow.test"))));
        Assert.DoesNotContain(log.Messages, message => message.Contains("left out", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(ServerFailure)]
    [InlineData(Refused)]
    public async Task An_error_of_the_first_never_wins_over_an_answer_of_the_second(int rcode)
    {
        await using FakeUpstream failing = new((query, _) => new FakeReply(Wire.Error(query, rcode))), well = new();
        await using var proxy = new ProxyInProcess([failing.Spec, well.Spec]);
        Assert.Equal(new DnsClient.Tally(200, 200, 0, 0), await DnsClient.FloodAsync(proxy.EndPoint, 200, window: 10, "n"));
        // It is soon asked no more.
        await Condition.HoldsAsync(() => failing.Queries.Count < 150);
    }

    [Fact]
    public async Task Where_all_say_the_same_error_the_client_is_told_it_and_nobody_is_left_out()
    {
        await using FakeUpstream one = new((query, _) => new FakeReply(Wire.Error(query, ServerFailure)));
        await using FakeUpstream other = new((query, _) => new FakeReply(Wire.Error(query, ServerFailure)));
        await using var proxy = new ProxyInProcess([one.Spec, other.Spec]);
        for (ushort id = 1; id <= 40; id++) Assert.Equal(ServerFailure, Wire.Rcode(await DnsClient.AskAsync(proxy.EndPoint, Wire.Query(id, $"n{id}.test"))));
        Assert.Equal((40, 40), (one.Queries.Count, other.Queries.Count));
    }

    [Fact]
    public async Task Where_all_are_gone_the_failure_comes_soon_and_all_is_well_when_one_is_back()
    {
        FakeUpstream one = new(), other = new();
        await using var proxy = new ProxyInProcess([one.Spec, other.Spec], timeoutSeconds: 2);
        Assert.Equal(0, Wire.Rcode(await DnsClient.AskAsync(proxy.EndPoint, Wire.Query(1, "a.test"))));
        await one.DisposeAsync();
        await other.DisposeAsync();
        Assert.Equal(ServerFailure, Wire.Rcode(await DnsClient.AskAsync(proxy.EndPoint, Wire.Query(2, "b.test"))));

        await using var again = new FakeUpstream(at: other.EndPoint);
        long start = Stopwatch.GetTimestamp();
        for (ushort id = 3; Wire.Rcode(await DnsClient.AskAsync(proxy.EndPoint, Wire.Query(id, $"c{id}.test"))) != 0; id++)
            Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_late_answer_is_hedged_within_the_budget()
    {
        // One in fifty takes 400 ms, the others nothing.
        int count = 0;
        await using FakeUpstream unsteady = new((query, _) =>
            new FakeReply(Wire.Answer(query)) { Delay = Interlocked.Increment(ref count) % 50 == 0 ? TimeSpan.FromMilliseconds(400) : TimeSpan.Zero });
        await using var second = new FakeUpstream();
        await using var proxy = new ProxyInProcess([unsteady.Spec, second.Spec]);
        Assert.Equal(new DnsClient.Tally(2000, 2000, 0, 0), await DnsClient.FloodAsync(proxy.EndPoint, 2000, window: 10, "n"));
        Assert.InRange(proxy.Counters.Hedged.Value, 10, 2000 / 20);
        Assert.Equal(proxy.Counters.Hedged.Value, second.Queries.Count(query => Wire.NameOf(query) != "."));
    }

    [Fact]
    public async Task Spread_asks_each_for_domains_of_its_own()
    {
        await using FakeUpstream one = new(), other = new();
        await using var proxy = new ProxyInProcess([one.Spec, other.Spec], policy: Policy.Spread);
        for (ushort id = 0; id < 200; id++) Assert.Equal(0, Wire.Rcode(await DnsClient.AskAsync(proxy.EndPoint, Wire.Query(id, $"w{id % 4}.domain{id / 4}.test"))));
        Assert.InRange(one.Queries.Count, 50, 150);
        string[] ofOne = [.. one.Queries.Select(DomainOf).Distinct()], ofOther = [.. other.Queries.Select(DomainOf).Distinct()];
        Assert.InRange(ofOne.Intersect(ofOther).Count(), 0, 2);
    }

    [Fact]
    public async Task Fastest_asks_mostly_who_answers_soonest()
    {
        await using FakeUpstream slow = new((query, _) => new FakeReply(Wire.Answer(query)) { Delay = TimeSpan.FromMilliseconds(30) }), fast = new();
        await using var proxy = new ProxyInProcess([slow.Spec, fast.Spec], policy: Policy.Fastest);
        Assert.Equal(new DnsClient.Tally(500, 500, 0, 0), await DnsClient.FloodAsync(proxy.EndPoint, 500, window: 5, "n"));
        Assert.True(fast.Queries.Count > 400, $"{fast.Queries.Count} of 500");
    }

    [Fact]
    public async Task Every_query_is_completed_once_while_both_flap()
    {
        await using FakeUpstream one = new((query, number) => new FakeReply(Wire.Answer(query)) { ThenClose = number % 50 == 0 }), other = new();
        await using var proxy = new ProxyInProcess([one.Spec, other.Spec]);
        Task<DnsClient.Tally> asking = DnsClient.FloodAsync(proxy.EndPoint, 5000, window: 50, "n");
        while (!asking.IsCompleted)
        {
            other.CutAll();
            one.CutAll();
            await Task.WhenAny(asking, Task.Delay(100, TestContext.Current.CancellationToken));
        }
        Assert.Equal(new DnsClient.Tally(5000, 5000, 0, 0), await asking);
        await Condition.HoldsAsync(() => proxy.Pending == 0);
    }

    private static string DomainOf(byte[] query) => string.Join('.', Wire.NameOf(query).TrimEnd('.').Split('.').TakeLast(2));
}
