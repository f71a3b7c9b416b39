using DotProxy.Resolution;
using DotProxy.Telemetry;
using DotProxy.Tests.Fakes;
using Microsoft.Extensions.Time.Testing;

namespace DotProxy.Tests.Resolution;

public sealed class QueryChannelTests
{
    private readonly Counters _counters = new();
    private readonly RecordingLogger _log = new();

    [Fact]
    public async Task At_its_bound_a_query_is_answered_SERVFAIL_at_once_counted_and_told_once()
    {
        QueryChannel channel = NewChannel(capacity: 3);
        FakeQuery[] queries = [.. Enumerable.Range(0, 10).Select(i => new FakeQuery($"n{i}.example.com"))];
        foreach (FakeQuery query in queries) channel.Resolve(query, new SinkSet());

        Assert.Equal(3, channel.Count);
        Assert.All(queries[..3], query => Assert.Equal(0, query.Completions));
        foreach (FakeQuery query in queries[3..])
        {
            Assert.Equal(1, query.Completions);
            var reply = new ParsedMessage(await query.Reply);
            Assert.Equal(2, reply.Rcode);
            Assert.Equal([(23, "queue full")], reply.Opt!.ExtendedErrors);
        }
        Assert.Equal(7, _counters.Shed.Value);
        Assert.Contains("queue full (3 queries)", Assert.Single(_log.Messages), StringComparison.Ordinal);
    }

    [Fact]
    public void Queries_come_out_in_the_order_in_which_they_went_in()
    {
        QueryChannel channel = NewChannel(capacity: 16);
        FakeQuery[] queries = [.. Enumerable.Range(0, 16).Select(i => new FakeQuery($"n{i}.example.com"))];
        foreach (FakeQuery query in queries) channel.Resolve(query, new SinkSet());
        foreach (FakeQuery query in queries)
        {
            Assert.True(channel.TryTake(out Query? taken));
            Assert.Same(query, taken);
        }
        Assert.False(channel.TryTake(out _));
    }

    [Fact]
    public void Resolving_alone_wakes_nobody_and_the_end_of_a_burst_drains_on_the_same_thread()
    {
        QueryChannel channel = NewChannel(capacity: 16);
        var consumer = new Consumer();
        channel.DrainInto(consumer);
        channel.Resolve(new FakeQuery("a"), new SinkSet());
        channel.Resolve(new FakeQuery("b"), new SinkSet());
        Assert.Empty(consumer.Threads);
        channel.Flush();
        Assert.Equal([Environment.CurrentManagedThreadId], consumer.Threads);
    }

    private QueryChannel NewChannel(int capacity)
    {
        return new QueryChannel(capacity, _counters, new LogEvents(_log, new FakeTimeProvider()));
    }

    private sealed class Consumer : IQueryConsumer
    {
        public Failure? Outage => null;

        public List<int> Threads { get; } = [];

        public void Drain() => Threads.Add(Environment.CurrentManagedThreadId);
    }
}
