using System.Collections.Concurrent;
using DotProxy.Dns;
using DotProxy.Resolution;

namespace DotProxy.Tests.Caching;

/// <summary>The stage behind the cache: keeps what it is asked until the test says what becomes of it, or answers at once.</summary>
internal sealed class NextStage : IResolver
{
    private readonly ConcurrentQueue<Query> _open = new();
    private int _asked;

    public Failure? Outage { get; set; }

    /// <summary>Where set: a question that the outage does not concern.</summary>
    public byte[]? Routed { get; set; }

    public Failure? OutageFor(ReadOnlySpan<byte> question) => question.SequenceEqual(Routed) ? null : Outage;

    /// <summary>Where set: the answer to each question, at once.</summary>
    public Func<byte[], byte[]>? Script { get; set; }

    /// <summary>How many queries came, in all.</summary>
    public int Asked => Volatile.Read(ref _asked);

    /// <summary>What the last one said about itself.</summary>
    public Requestor LastRequestor { get; private set; }

    public byte[] LastQuestion { get; private set; } = [];

    public int Open => _open.Count;

    public int Flushes { get; private set; }

    public void Resolve(Query query, SinkSet sinks)
    {
        Interlocked.Increment(ref _asked);
        LastRequestor = query.Requestor;
        LastQuestion = query.Question.ToArray();
        if (Script is { } script) query.Complete(Outcome.Answered(script(LastQuestion)), sinks);
        else _open.Enqueue(query);
    }

    public void Flush() => Flushes++;

    /// <summary>Answers the oldest open query.</summary>
    public void Answer(byte[] message) => Complete(Outcome.Answered(message));

    public void Fail(Failure failure) => Complete(Outcome.Failed(failure));

    /// <summary>Answers the oldest open query by its question.</summary>
    public void CompleteWith(Func<byte[], byte[]> script)
    {
        Assert.True(_open.TryPeek(out Query? query), "nobody asks");
        Answer(script(query.Question.ToArray()));
    }

    public void Complete(in Outcome outcome)
    {
        Assert.True(_open.TryDequeue(out Query? query), "nobody asks");
        var sinks = new SinkSet();
        query.Complete(outcome, sinks);
        sinks.Flush();
    }
}
