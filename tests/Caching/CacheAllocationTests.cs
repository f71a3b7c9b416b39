using System.Buffers.Binary;
using DotProxy.Caching;
using DotProxy.Dns;
using DotProxy.Resolution;
using DotProxy.Telemetry;
using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.Caching;

/// <summary>Neither a hit nor a miss allocates anything, once the pools have what they need.</summary>
public sealed class CacheAllocationTests
{
    private const int Iterations = 20_000;

    [Fact]
    public void A_hit_allocates_nothing()
    {
        using var cache = new Stage();
        cache.AskAndAnswer();
        AssertNoAllocation(() => Assert.True(cache.TryRecall()));
    }

    [Fact]
    public void A_miss_with_its_answer_and_eviction_allocates_nothing()
    {
        using var cache = new Stage();
        AssertNoAllocation(() =>
        {
            cache.Rename();
            cache.AskAndAnswer();
        });
    }

    [Fact]
    public void A_failure_that_is_remembered_and_told_allocates_nothing()
    {
        using var cache = new Stage { Fails = true };
        AssertNoAllocation(() =>
        {
            cache.Rename();
            cache.AskAndAnswer();
            cache.TryRecall();
        });
    }

    private static void AssertNoAllocation(Action act)
    {
        for (int i = 0; i < 2_000; i++) act();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Iterations; i++) act();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    /// <summary>A cache with one client that asks again and again, and the stage behind it.</summary>
    private sealed class Stage : IResolver, IDisposable
    {
        private readonly byte[] _query = Messages.Query("n0000000.example.com", opt: Messages.Opt());
        private readonly byte[] _answer = Messages.Answer(Messages.Question("n0000000.example.com"), opt: Messages.Opt());
        private readonly byte[] _room = new byte[1232];
        private readonly SinkSet _sinks = new();
        private readonly CacheHouse _house = new();
        private readonly CachingResolver _resolver;
        private readonly SilentQuery _client;
        private int _number;

        public Stage()
        {
            _resolver = new CachingResolver(this, _house.Memory, CacheHouse.Timeout, _house.Time, _house.Counters, new LogEvents(_house.Log, _house.Time));
            _client = new SilentQuery(_room);
        }

        public Failure? Outage => null;

        public bool Fails { get; init; }

        public void Rename()
        {
            BinaryPrimitives.WriteInt32BigEndian(_query.AsSpan(14), 0x61616161 + (_number++ & 0x0F0F0F0F));
            _query.AsSpan(14, 4).CopyTo(_answer.AsSpan(14));
        }

        public bool TryRecall()
        {
            ScreenedMessage message = QueryScreen.Screen(_query);
            return _resolver.TryRecall(message, _sinks, out Outcome outcome) && ReplyWriter.Write(message.Requestor, message.Question, outcome, _room) > 0;
        }

        public void AskAndAnswer()
        {
            if (TryRecall()) return;
            _client.Start(_query);
            _resolver.Resolve(_client, _sinks);
        }

        public void Resolve(Query query, SinkSet sinks)
        {
            if (Fails) query.Complete(Outcome.Failed(Resolution.Sample.Failure), sinks);
            else query.Complete(Outcome.Answered(_answer), sinks);
        }

        public void Flush()
        {
        }

        public void Dispose()
        {
            _resolver.Dispose();
            _house.Dispose();
        }
    }

    private sealed class SilentQuery(byte[] room) : Query
    {
        public void Start(byte[] query) => Begin(QueryScreen.Screen(query), long.MaxValue);

        public override void Complete(in Outcome outcome, SinkSet sinks) => ReplyWriter.Write(Requestor, Question, outcome, room);
    }
}
