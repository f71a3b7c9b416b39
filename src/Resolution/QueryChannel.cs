using System.Threading.Channels;
using DotProxy.Telemetry;

namespace DotProxy.Resolution;

/// <summary>
/// The bounded channel between the listeners and the workers. Who enqueues drains: waking a reader on another thread costs
/// more than the work, so <see cref="Flush"/> lets the listener's thread run an idle worker, and a worker that is busy takes
/// what came meanwhile when it is done. Batches arise by themselves under load.
/// </summary>
internal sealed class QueryChannel(int capacity, Counters counters, LogEvents log) : IResolver
{
    // Synchronous continuations would write one query at a time; there is no waiting reader to continue anyway.
    private readonly Channel<Query> _channel = Channel.CreateBounded<Query>(
        new BoundedChannelOptions(capacity) { FullMode = BoundedChannelFullMode.Wait, AllowSynchronousContinuations = false });

    private IQueryConsumer? _consumer;

    public int Count => _channel.Reader.Count;

    /// <summary>Set once, before the first listener starts.</summary>
    public void DrainInto(IQueryConsumer consumer) => _consumer = consumer;

    /// <summary>Enqueues the query; at the bound it is answered SERVFAIL at once (EDE 23), and counted.</summary>
    public void Resolve(Query query, SinkSet sinks)
    {
        if (_channel.Writer.TryWrite(query)) return;
        counters.Shed.Increment();
        log.QueueFull(capacity);
        query.Complete(Outcome.Failed(Failure.QueueFull), sinks);
    }

    public Failure? Outage => _consumer?.Outage;

    public void Flush() => _consumer?.Drain();

    /// <summary>Whoever gets the query owns it.</summary>
    public bool TryTake([System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out Query query) => _channel.Reader.TryRead(out query);
}
