using DotProxy.Tests.Fakes;
using Microsoft.Extensions.Logging;

namespace DotProxy.Tests.Pipeline;

/// <summary>Connections that stop working without a word, and such as only look as if they had.</summary>
public sealed class StallTests
{
    private const int ConnectionEnded = 25;

    [Fact]
    public async Task A_write_that_waits_on_a_frozen_upstream_ends_the_connection()
    {
        // The first connection answers slowly, so that every query was sent before the last answer, and then neither reads nor answers.
        int connection = 0;
        await using var upstream = new FakeUpstream(
            (query, number) =>
            {
                if (number == 1) Interlocked.Increment(ref connection);
                return Volatile.Read(ref connection) > 1
                    ? new FakeReply(Wire.Answer(query))
                    : new FakeReply(Wire.Answer(query)) { Delay = TimeSpan.FromMilliseconds(number * 10), ThenFreeze = number == 100 };
            },
            receiveBuffer: 4096);
        await using var proxy = new ProxyInProcess(upstream, connections: 1, timeoutSeconds: 1);
        DnsClient.Tally flood = await DnsClient.FloodAsync(proxy.EndPoint, 12_000, 12_000, "n");
        Assert.Equal(0, flood.Lost);

        await Condition.HoldsAsync(() => Wire.Rcode(DnsClient.AskAsync(proxy.EndPoint, Wire.Query(1, "after.test")).GetAwaiter().GetResult()) == 0);
        Assert.Equal(2, Volatile.Read(ref connection));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(2)]
    public async Task A_name_that_takes_most_of_the_time_is_answered_over_the_connection_that_it_was_asked_on(double timeoutSeconds)
    {
        await using var upstream = new FakeUpstream((query, _) =>
            new FakeReply(Wire.Answer(query)) { Delay = Wire.NameOf(query) == "slow.test." ? TimeSpan.FromSeconds(timeoutSeconds * 0.6) : TimeSpan.Zero });
        await using var proxy = new ProxyInProcess(upstream, connections: 1, timeoutSeconds: timeoutSeconds);
        // The first handshake of a process takes its time, which is not what is looked at here.
        byte[] first = Wire.Query(1, "first.test"), query = Wire.Query(2, "slow.test");
        await Condition.HoldsAsync(() => upstream.Handshakes == 1);
        Assert.True(Wire.IsAnswerTo(await DnsClient.AskAsync(proxy.EndPoint, first), first));

        Assert.True(Wire.IsAnswerTo(await DnsClient.AskAsync(proxy.EndPoint, query), query));
        Assert.Equal(1, upstream.Accepted);
    }

    [Fact]
    public async Task A_deadline_is_kept_although_a_worker_was_held_up_while_it_had_the_query_in_its_hands()
    {
        // The first connection closes on the query; while the worker takes it over again, slowly, it is in no table.
        int connection = 0;
        await using var upstream = new FakeUpstream((_, number) =>
        {
            if (number == 1) Interlocked.Increment(ref connection);
            return new FakeReply() { ThenClose = Volatile.Read(ref connection) == 1 };
        });
        await using var proxy = new ProxyInProcess(upstream, connections: 1, timeoutSeconds: 2, logger: new SlowLogger());
        Assert.Equal(2, Wire.Rcode(await DnsClient.AskAsync(proxy.EndPoint, Wire.Query(1, "x.test"))));
    }

    /// <summary>Takes its time over the line that a worker writes with a query in its hands.</summary>
    private sealed class SlowLogger : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Id == ConnectionEnded) Thread.Sleep(700);
        }
    }
}
