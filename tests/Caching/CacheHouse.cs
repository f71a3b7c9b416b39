using DotProxy.Caching;
using DotProxy.Dns;
using DotProxy.Resolution;
using DotProxy.Telemetry;
using DotProxy.Tests.Fakes;
using Microsoft.Extensions.Time.Testing;

namespace DotProxy.Tests.Caching;

/// <summary>The caching stage between clients and a next stage, both of the test, with a clock that the test moves.</summary>
internal sealed class CacheHouse : IDisposable
{
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(4);

    public CacheHouse(CachePolicy? policy = null, long octets = 1 << 20)
    {
        Cache = new AnswerCache(octets);
        Clock = new CacheClock(Time);
        Memory = new AnswerMemory(Cache, policy ?? new CachePolicy(), Clock);
        Resolver = new CachingResolver(Next, Memory, Timeout, Time, Counters, new LogEvents(Log, Time));
    }

    public FakeTimeProvider Time { get; } = new();

    public NextStage Next { get; } = new();

    public Counters Counters { get; } = new();

    public RecordingLogger Log { get; } = new();

    public AnswerCache Cache { get; }

    public CacheClock Clock { get; }

    public AnswerMemory Memory { get; }

    public CachingResolver Resolver { get; }

    public static byte[] Query(string name, int type = Messages.TypeA, HeaderFlags flags = HeaderFlags.RecursionDesired, int id = 0x1234) =>
        Messages.Query(name, type, id, flags, Messages.Opt());

    /// <summary>Asks as a listener does.</summary>
    public Client Ask(byte[] query)
    {
        var sinks = new SinkSet();
        var client = new Client(query, Time.GetTimestamp() + (long)(Timeout.TotalSeconds * Time.TimestampFrequency));
        if (Resolver.TryRecall(QueryScreen.Screen(query), sinks, out Outcome outcome)) client.Take(outcome);
        else Resolver.Resolve(client, sinks);
        Resolver.Flush();
        sinks.Flush();
        return client;
    }

    public Client Ask(string name) => Ask(Query(name));

    /// <summary>Asks, has the next stage answer, and returns the reply.</summary>
    public ParsedMessage Ask(byte[] query, byte[] answer)
    {
        Client client = Ask(query);
        Next.Answer(answer);
        return client.Reply;
    }

    /// <summary>Asks, and must be answered at once, without the next stage.</summary>
    public ParsedMessage Recall(byte[] query)
    {
        int asked = Next.Asked;
        Client client = Ask(query);
        Assert.True(client.IsAnswered, "not answered from memory");
        Assert.Equal(asked, Next.Asked);
        return client.Reply;
    }

    public ParsedMessage Recall(string name) => Recall(Query(name));

    /// <summary>Whether somebody who asks now has to wait for the next stage; what it was asked then fails for want of room.</summary>
    public bool Misses(byte[] query)
    {
        Client client = Ask(query);
        if (client.IsAnswered) return false;
        Next.Fail(Failure.QueueFull);
        return true;
    }

    public bool Misses(string name) => Misses(Query(name));

    public void Pass(double seconds) => Time.Advance(TimeSpan.FromSeconds(seconds));

    public void Dispose()
    {
        while (Next.Open > 0) Next.Fail(Failure.ShuttingDown);
        Resolver.Dispose();
        Cache.Dispose();
    }
}
