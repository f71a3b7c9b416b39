using DotProxy.Configuration;
using DotProxy.Resolution;
using DotProxy.Telemetry;

namespace DotProxy.Upstreams;

/// <summary>
/// One upstream that is asked over TLS or HTTPS: a bounded channel and the workers that drain it. The first idle one that has a connection
/// takes what is in the channel, so that queries gather on few connections; others are dialled when the first are at their bound.
/// </summary>
internal sealed class UpstreamWorkers : IUpstream, IQueryConsumer
{
    // Our choices: how late a deadline may be noticed, and the backlog at which a further connection is worth its handshake.
    private static readonly TimeSpan s_longestSweepPeriod = TimeSpan.FromMilliseconds(250), s_shortestSweepPeriod = TimeSpan.FromMilliseconds(25);
    private const int SweepsPerTimeout = 16;
    private const int BacklogForNextConnection = 256;

    // A dial may outlive the query that asked for it: the next ones profit. Three round trips of a bad line fit in.
    private static readonly TimeSpan s_leastDialTime = TimeSpan.FromSeconds(2);

    private readonly QueryChannel _channel;
    private readonly Upstream _upstream;
    private readonly UpstreamWorker[] _workers;
    private readonly TimeProvider _time;
    private readonly Counters _counters;
    private readonly LogEvents _log;
    private readonly TimeSpan _stallLimit;
    private readonly IdleTimer _sweep;
    private readonly IdleCloser _closer;
    private readonly WarmSpare? _spare;

    private UpstreamWorkers(
        QueryChannel channel, Upstream upstream, UpstreamWorker[] workers, ProxyOptions options, TimeProvider time, Counters counters, LogEvents log)
    {
        TimeSpan timeout = options.Timeout;
        _channel = channel;
        _upstream = upstream;
        _workers = workers;
        _time = time;
        _counters = counters;
        _log = log;
        // Half the time for a dead connection to be found out leaves the other half to ask again.
        _stallLimit = timeout / 2;
        _upstream.DialFailed += LookAgain;
        TimeSpan period = TimeSpan.FromTicks(Math.Clamp(timeout.Ticks / SweepsPerTimeout, s_shortestSweepPeriod.Ticks, s_longestSweepPeriod.Ticks));
        _sweep = new IdleTimer(time, period, Sweep);
        _upstream.Watch = _sweep.Arm;
        _closer = new IdleCloser(upstream, workers, time, log);
        if (!options.KeepWarm) return;
        _spare = new WarmSpare(time, Jitter.Draw, DialSpare);
        _upstream.EndedIdle = ended => _spare.Ended(ended.Times.Life, wasUsed: ended.Answered > 0);
    }

    /// <summary>Makes the workers and dials for the first of them, so that a fault is known, and said, before the first query.</summary>
    public static UpstreamWorkers Start(UpstreamSpec spec, ProxyOptions options, TlsIdentity identity, TimeProvider time, Counters counters, LogEvents log)
    {
        TimeSpan attempt = options.Timeout / 2 > s_leastDialTime ? options.Timeout / 2 : s_leastDialTime;
        var channel = new QueryChannel(options.QueueCapacity, counters, log);
        var dialer = new UpstreamDialer(spec, identity.For(spec), attempt, time, counters, log);
        var backoff = new DialBackoff(spec.Name, patience: options.Timeout, time, Jitter.Draw, log);
        var upstream = new Upstream(spec.Name, options.Timeout, dialer, backoff, time, log);
        var workers = new UpstreamWorker[options.Connections];
        for (int i = 0; i < workers.Length; i++) workers[i] = new UpstreamWorker(channel, upstream, time, counters, log);
        var started = new UpstreamWorkers(channel, upstream, workers, options, time, counters, log);
        channel.DrainInto(started);
        upstream.RequestConnection(workers[0]);
        return started;
    }

    public string Name => _upstream.Name;

    /// <summary>Queries that wait or are in flight.</summary>
    public int Pending => _channel.Count + _workers.Sum(worker => worker.Pending);

    public Failure? Outage => _upstream.Refusal;

    public Failure? Trouble => _upstream.Trouble;

    public bool IsSilent(TimeSpan limit, long now) => Array.Exists(_workers, worker => worker.IsSilent(limit, now));

    public void Resolve(Query query, SinkSet sinks) => _channel.Resolve(query, sinks);

    public void Flush() => _channel.Flush();

    public void Drain()
    {
        _sweep.Arm();
        bool isConnected = false;
        foreach (UpstreamWorker worker in _workers)
        {
            if (!worker.IsConnected) continue;
            isConnected = true;
            if (worker.Signal() && !worker.IsSaturated) return;
        }
        if (!isConnected)
        {
            _upstream.RequestConnection(_workers[0]);
            if (_upstream.Refusal is { } refusal) RefuseAll(refusal);
        }
        else if (_channel.Count > BacklogForNextConnection && Array.Find(_workers, worker => !worker.IsConnected) is { } next)
        {
            _upstream.RequestConnection(next, isExtra: true);
        }
    }

    public void NetworkChanged()
    {
        // Dials first: those that follow from what the workers find go the new way already.
        _upstream.CheckPath();
        long now = _time.GetTimestamp();
        string? renewed = null;
        foreach (UpstreamWorker worker in _workers) renewed = worker.CheckPath(now) ?? renewed;
        if (renewed is not null) _log.NetworkChanged(Name, renewed);
        _sweep.Arm();
    }

    public async Task StopAsync(TimeSpan drainTime)
    {
        await Draining.WaitAsync(() => Pending, drainTime, _time);
        if (Pending > 0 && drainTime > TimeSpan.Zero) _log.StoppedLate(Pending);

        _upstream.Stop();
        foreach (UpstreamWorker worker in _workers) worker.Abort(Failure.ShuttingDown);
        await Draining.WaitAsync(() => Pending, Draining.RefuseTime, _time, meanwhile: LookAgain);
    }

    public void Dispose()
    {
        _spare?.Dispose();
        _closer.Dispose();
        _sweep.Dispose();
        _upstream.Dispose();
    }

    /// <summary>Where another connection is there it is spare enough.</summary>
    private void DialSpare()
    {
        if (Array.TrueForAll(_workers, worker => worker.NeedsConnection)) _upstream.RequestConnection(_workers[0]);
    }

    /// <summary>False when nothing waits and nothing is in flight.</summary>
    private bool Sweep()
    {
        try
        {
            long now = _time.GetTimestamp();
            foreach (UpstreamWorker worker in _workers)
            {
                worker.Sweep(_stallLimit, now);
                // What a retired connection still waits for is asked again where others would wait for it.
                if (_channel.Count > 0 && worker.Connection is { Terms.IsRetired: true } retired) retired.Abort(_upstream.Failures.IdleClose);
            }
            RefuseExpired(now);
            // A worker that is signalled keeps the sweep awake: not where there is nothing to do.
            if (Pending > 0) LookAgain();
            else _closer.Look();
        }
        catch (Exception exception)
        {
            // An exception on a timer would end the process; the next sweep comes in a quarter of a second.
            _log.Unexpected("the sweep of the upstream's workers", exception);
        }
        return Pending > 0;
    }

    /// <summary>After time has passed or a dial has failed: what waits is looked at again.</summary>
    private void LookAgain()
    {
        foreach (UpstreamWorker worker in _workers) worker.Signal();
        if (_channel.Count > 0) Drain();
    }

    /// <summary>Answers everything that waits in the channel; during an outage, and at the end.</summary>
    private void RefuseAll(Failure refusal)
    {
        var sinks = new SinkSet();
        while (_channel.TryTake(out Query? query)) query.Fail(refusal, sinks, _counters, _log);
        sinks.Flush();
    }

    /// <summary>Fails what has waited in the channel past its deadline; the rest goes round, in its order.</summary>
    private void RefuseExpired(long now)
    {
        var sinks = new SinkSet();
        for (int i = _channel.Count; i > 0 && _channel.TryTake(out Query? query); i--)
        {
            // The channel may have filled up meanwhile, and shed it.
            if (query.Deadline > now) _channel.Resolve(query, sinks);
            else query.Fail(_upstream.WhyUnanswered, sinks, _counters, _log);
        }
        sinks.Flush();
    }
}
