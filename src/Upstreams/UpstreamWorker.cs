using DotProxy.Resolution;
using DotProxy.Telemetry;

namespace DotProxy.Upstreams;

/// <summary>
/// Holds one reusable connection, takes queries out of the channel and writes what it finds there as one TLS record. It has no
/// thread: whoever enqueued runs it, one at a time, through its gate. A query's way through it:
/// <list type="number">
/// <item>taken from those to ask again, else from the channel; from then on this worker owns it;</item>
/// <item>appended to the connection, whose in-flight table owns it;</item>
/// <item>taken out and completed by the receive loop, or by the sweep when its deadline passes;</item>
/// <item>or, when the connection ends, taken out by this worker and asked again on a fresh one.</item>
/// </list>
/// </summary>
internal sealed class UpstreamWorker(QueryChannel channel, Upstream upstream, TimeProvider time, Counters counters, LogEvents log)
{
    // RFC 9520 §3.1: three queries in all to one server. A connection that went on answering and was then closed (a server's bound on
    // queries per connection) is no failure of what it left unanswered: that does not count.
    private const int MaxFailedAttempts = 2;

    // So early in the time that a connection has, a probe tells a slow name from a dead connection: others may be waiting to step in.
    private const int ProbesPerLimit = 4;

    private readonly AgainQueue _again = new();
    private readonly SinkSet _sinks = new();
    private readonly ProbeQuery _probe = new();
    private readonly PathCheck _path = new(upstream, time, log);
    private Gate _gate;
    private UpstreamConnection? _connection, _dialed;
    private volatile bool _isSaturated, _wantsProbe;

    /// <summary>Whether it has a connection that works as far as anybody knows.</summary>
    public bool IsConnected => Volatile.Read(ref _connection) is { IsBroken: false };

    public UpstreamConnection? Connection => Volatile.Read(ref _connection);

    /// <summary>Whether it left queries in the channel because no more may be in flight on its connection.</summary>
    public bool IsSaturated => _isSaturated;

    /// <summary>Queries that only this worker knows: in flight, to be asked again, or, as one more, in its hands at this moment.</summary>
    public int Pending => (_gate.IsIdle ? 0 : 1) + (Volatile.Read(ref _connection)?.InFlight ?? 0) + _again.Count;

    /// <summary>Runs it on this thread, unless it runs already: then it looks again before it stops. True when it ran here.</summary>
    public bool Signal()
    {
        if (!_gate.TryEnter()) return false;
        _ = PumpAsync();
        return true;
    }

    /// <summary>Whether it has no connection that works and none waits to be taken.</summary>
    public bool NeedsConnection => !IsConnected && Volatile.Read(ref _dialed) is null;

    /// <summary>Hands over a fresh connection; the worker owns it from here. <see cref="Signal"/> it then.</summary>
    public void Adopt(UpstreamConnection connection) => Interlocked.Exchange(ref _dialed, connection)?.Dispose();

    /// <summary>
    /// Answers what is too late and ends a connection that is dead without having been closed; before that it asks whether it is.
    /// On the sweep's thread.
    /// </summary>
    public void Sweep(TimeSpan stallLimit, long now)
    {
        if (Volatile.Read(ref _connection) is not { } connection) return;
        _path.Judge(connection, now);
        if (connection.IsStalled(stallLimit, now)) connection.Abort(upstream.Failures.FellSilent);
        else if (!_probe.IsUnderWay && connection.IsStalled(stallLimit / ProbesPerLimit, now)) _wantsProbe = true;
        var expired = new List<Query>();
        connection.TakeExpired(now, expired);
        var sinks = new SinkSet();
        foreach (Query query in expired) Fail(query, upstream.Failures.NoAnswer, sinks);
        sinks.Flush();
    }

    /// <summary>After a change of the network: ends the connection, and says why, or asks whether it still leads anywhere.</summary>
    public string? CheckPath(long now)
    {
        if (Volatile.Read(ref _connection) is not { } connection) return null;
        if (_path.WhyEnded(connection, now) is { } cause) return cause;
        _wantsProbe = true;
        Signal();
        return null;
    }

    /// <summary>Whether its connection is stalled; halfway there it asks whether that is dead, or only a name slow.</summary>
    public bool IsSilent(TimeSpan limit, long now)
    {
        if (Volatile.Read(ref _connection) is not { } connection || !connection.IsStalled(limit / 2, now)) return false;
        if (!_probe.IsUnderWay && (_wantsProbe = true)) Signal();
        return connection.IsStalled(limit, now);
    }

    /// <summary>Ends the connection, so that what is in flight on it is refused or asked again.</summary>
    public void Abort(Failure cause) => Volatile.Read(ref _connection)?.Abort(cause);

    /// <summary>The error policy around the loop. It completes without a pause unless the socket's buffer is full.</summary>
    private async Task PumpAsync()
    {
        do
        {
            try
            {
                await DrainAsync();
            }
            catch (Exception exception)
            {
                if (exception is not (IOException or ObjectDisposedException or InvalidOperationException))
                    log.Unexpected("an upstream worker", exception);
                // The receive loop ends too, and signals; what is in flight is asked again then.
                _connection?.FailedToSend();
            }
            _sinks.Flush();
            // While queries were in these hands the sweep may have seen none, and gone to rest.
            upstream.KeepWatch();
        }
        while (!_gate.TryLeave());
    }

    private async ValueTask DrainAsync()
    {
        while (TakeConnection() is { } connection && TryFill(connection)) await connection.SendAsync();
    }

    private UpstreamConnection? TakeConnection()
    {
        if (_connection is { End: { } cause } ended) Bury(ended, cause);
        if (_connection is { Closing: { } why, End: null } closing) Replace(closing, why);
        if (_connection is null && Volatile.Read(ref _dialed) is { } fresh)
        {
            // In this order: at no moment does it look as if there were none.
            Volatile.Write(ref _connection, fresh);
            Volatile.Write(ref _dialed, null);
            _ = ReceiveAsync(fresh);
        }
        if (_connection is null) RefuseWhatCannotWait();
        return _connection is { IsBroken: false } ? _connection : null;
    }

    /// <summary>What it still answers it may, until its successor is there; it is over then, and what is left is asked again.</summary>
    private void Replace(UpstreamConnection closing, Failure why)
    {
        if (Volatile.Read(ref _dialed) is not null) closing.Abort(why);
        else if (closing.InFlight > 0) upstream.RequestConnection(this);
    }

    private async Task ReceiveAsync(UpstreamConnection connection)
    {
        await Task.Yield();
        await connection.ReceiveAsync(() => AnswersCame(connection), () => Signal());
        Signal();
    }

    private void AnswersCame(UpstreamConnection connection)
    {
        // The upstream is well; and there is room again, if the in-flight table had none.
        if (connection.Refusal is { } refusal) upstream.NoteSilentDeath(refusal);
        else upstream.Backoff.Answered();
        if (_isSaturated) Signal();
    }

    /// <summary>Appends queries until the record is full or there are none; false when there is nothing to send.</summary>
    private bool TryFill(UpstreamConnection connection)
    {
        bool any = Fill(connection);
        _isSaturated = connection.IsFull;
        if (!_isSaturated) return any;
        // Room that was made before the flag could be seen is told to nobody: look once more.
        Interlocked.MemoryBarrier();
        return Fill(connection) || any;
    }

    private bool Fill(UpstreamConnection connection)
    {
        long now = time.GetTimestamp();
        bool any = connection.TryAppendOwn() | TryProbe(connection, now);
        while (connection.HasRoom && TryTakeQuery(out Query? query))
        {
            if (query!.Deadline <= now)
            {
                Fail(query, upstream.WhyUnanswered, _sinks);
                continue;
            }
            connection.Append(query, now);
            any = true;
        }
        return any;
    }

    private bool TryProbe(UpstreamConnection connection, long now)
    {
        if (!_wantsProbe || _probe.IsUnderWay || !connection.HasRoom) return false;
        _wantsProbe = false;
        _probe.Begin(deadline: now + upstream.TimeoutTicks);
        connection.Append(_probe, now);
        return true;
    }

    private bool TryTakeQuery(out Query? query) => _again.TryTake(out query) || channel.TryTake(out query);

    /// <summary>Its loops are over: what is still in flight is asked again on a fresh connection, within its deadline.</summary>
    private void Bury(UpstreamConnection ended, Failure cause)
    {
        Volatile.Write(ref _connection, null);
        var left = new List<(Query Query, bool AnsweredSince)>();
        ended.TakeAll(left);
        ended.Dispose();
        log.ConnectionEnded(upstream.Name, cause.Text, ended.Answered, left.Count);
        foreach ((Query query, bool answeredSince) in left) AskAgain(query, answeredSince, cause);

        // A connection that answered nothing is as bad as none: without a pause it would be dialled in a tight loop.
        if (ended.Answered > 0) upstream.NoteUse();
        else if (cause != upstream.Failures.NetworkChange && (left.Count > 0 || ended.DiedYoung)) upstream.NoteSilentDeath(cause);
        if (_again.Count > 0 || channel.Count > 0) upstream.RequestConnection(this);
        else if (left.Count == 0) upstream.NoteIdleEnd(ended);
    }

    private void AskAgain(Query query, bool answeredSince, Failure cause)
    {
        if (query is RootProbe)
        {
            query.Complete(Outcome.Failed(cause), _sinks);
            return;
        }
        if (!answeredSince && ++query.FailedAttempts > MaxFailedAttempts)
        {
            Fail(query, cause, _sinks);
            return;
        }
        counters.Retried.Increment();
        _again.Add(query);
    }

    /// <summary>Without a connection: fails what is too late, and everything while the upstream is known to be out.</summary>
    private void RefuseWhatCannotWait()
    {
        long now = time.GetTimestamp();
        Failure? refusal = upstream.Refusal;
        for (int i = _again.Count; i > 0 && _again.TryTake(out Query? query); i--)
        {
            if (refusal is null && query.Deadline > now) _again.Add(query);
            else Fail(query, refusal ?? upstream.WhyUnanswered, _sinks);
        }
    }

    private void Fail(Query query, Failure failure, SinkSet sinks) => query.Fail(failure, sinks, counters, log);
}
