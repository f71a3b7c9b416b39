using System.Net;
using DotProxy.Dns;
using DotProxy.Resolution;
using DotProxy.Telemetry;

namespace DotProxy.Upstreams;

/// <summary>
/// One upstream as its workers share it: whether it can be reached, and the one dial at a time that makes their connections.
/// </summary>
internal sealed class Upstream(string name, TimeSpan timeout, UpstreamDialer dialer, DialBackoff backoff, TimeProvider time, LogEvents log)
    : IDisposable
{
    // Our choice: an upstream that takes one connection only must not be asked for a second all the time.
    private static readonly TimeSpan s_extraPause = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly Queue<(UpstreamWorker Worker, bool IsExtra)> _wanting = new();
    private readonly DialPause _pause = new(time);
    private readonly DialWatch _dial = new(name, time);
    private readonly CancellationTokenSource _stopping = new();
    private CancellationTokenSource? _attempt;
    private IPAddress? _path;
    private bool _isExtraAttempt, _isDialing, _wasReached;
    private long _noExtraBefore;

    /// <summary>Called on the pool after each failed dial, so that those who wait are looked at again.</summary>
    public event Action? DialFailed;

    public string Name => name;

    public DialBackoff Backoff => backoff;

    public UpstreamFailures Failures { get; } = new(name, timeout);

    public IdleWindow Idle { get; } = new();

    public long TimeoutTicks { get; } = (long)(timeout.TotalSeconds * time.TimestampFrequency);

    /// <summary>Sees to it that deadlines are looked at; set once, before the first connection.</summary>
    public Action? Watch { private get; set; }

    /// <summary>Told of each connection that ended while nobody asked; set once, before the first connection.</summary>
    public Action<UpstreamConnection>? EndedIdle { private get; set; }

    /// <summary>What a query is told that waited for a connection in vain.</summary>
    public Failure WhyUnanswered => backoff.LastFailure ?? dialer.LastFailure ?? Failures.NoAnswer;

    /// <summary>
    /// The failure to answer with at once instead of waiting; null while waiting is worth it, which it is for the first to ask after a
    /// pause: meanwhile it may have come back.
    /// </summary>
    public Failure? Refusal => _stopping.IsCancellationRequested ? Failure.ShuttingDown : _pause.IsQuiet ? null : backoff.Refusal;

    /// <inheritdoc cref="IUpstream.Trouble"/>
    public Failure? Trouble => backoff.LastFailure ?? _dial.Trouble;

    public void KeepWatch() => Watch?.Invoke();

    /// <summary>Dials for the worker if it needs it and nobody does so already; it gets the connection by <see cref="UpstreamWorker.Adopt"/>.</summary>
    /// <param name="isExtra">A further connection beside one that works: a failure of it says nothing about the upstream, and
    /// it is not tried again for a while.</param>
    public void RequestConnection(UpstreamWorker worker, bool isExtra = false)
    {
        lock (_lock)
        {
            if (_pause.Want() && _isDialing)
            {
                // Nobody had looked for long: it is no outage until the dial that goes now says so again.
                backoff.Doubt();
                Interrupt();
            }
            if (_stopping.IsCancellationRequested || !worker.NeedsConnection || IsWanting(worker)) return;
            if (isExtra && time.GetTimestamp() < _noExtraBefore) return;
            _wanting.Enqueue((worker, isExtra));
            // Who has none must not wait for one that is beside another.
            if (!isExtra && _isExtraAttempt) Interrupt();
            if (_isDialing) return;
            _isDialing = true;
        }
        _ = Task.Run(DialAllAsync);
    }

    /// <summary>Notes a connection that was made and died without one answer: the next dial waits its turn.</summary>
    public void NoteSilentDeath(Failure cause)
    {
        if (!_stopping.IsCancellationRequested) _pause.Postpone(backoff.Failed(cause, afterHandshake: true));
    }

    /// <summary>Notes that a connection ended which had answered something.</summary>
    public void NoteUse() => _pause.GiveBack();

    /// <summary>Notes that a connection ended on which nothing was in flight, and that nobody waits for another.</summary>
    public void NoteIdleEnd(UpstreamConnection ended)
    {
        if (ended.IsClosedByUpstream && ended.Terms.Told is null) Idle.Observed(ended.Times.IdleAtEnd);
        EndedIdle?.Invoke(ended);
    }

    /// <summary>
    /// Looks whether the way to the upstream has changed, or is there again. Then what is known of its failures says nothing: a dial
    /// under way is begun anew, and one that waits for its time goes at once.
    /// </summary>
    public void CheckPath()
    {
        IPAddress? path = LocalAddress.Towards(dialer.Preferred);
        lock (_lock)
        {
            bool isNew = path is not null && !path.Equals(_path);
            _path = path;
            if (!isNew) return;
            _pause.StartOver();
            backoff.StartOver();
            Interrupt();
        }
    }

    /// <summary>No dial from here on; who waits for one is refused.</summary>
    public void Stop()
    {
        lock (_lock) _stopping.Cancel();
    }

    public void Dispose() => _stopping.Dispose();

    private async Task DialAllAsync()
    {
        while (TryPeekWanting(out UpstreamWorker? worker, out bool isExtra))
        {
            using var attempt = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
            lock (_lock) (_attempt, _isExtraAttempt) = (attempt, isExtra);
            try
            {
                await PauseAsync(attempt.Token);
                await DialForAsync(worker!, isExtra, attempt.Token);
            }
            catch (OperationCanceledException) when (!_stopping.IsCancellationRequested)
            {
                // Somebody needs the dialler more, or the network has changed.
                _dial.End();
                if (isExtra) GiveUpExtra();
            }
            catch (OperationCanceledException)
            {
                // Stopping: the workers refuse what waits.
                return;
            }
            finally
            {
                lock (_lock) (_attempt, _isExtraAttempt) = (null, false);
            }
        }
    }

    /// <summary>Under the lock. What waits for the token runs on the pool.</summary>
    private void Interrupt() => _ = _attempt?.CancelAsync();

    private bool IsWanting(UpstreamWorker worker)
    {
        foreach ((UpstreamWorker wanting, _) in _wanting)
        {
            if (wanting == worker) return true;
        }
        return false;
    }

    /// <summary>The worker stays in the queue until it has its connection: an unreachable upstream is tried until it comes back.</summary>
    private bool TryPeekWanting(out UpstreamWorker? worker, out bool isExtra)
    {
        lock (_lock)
        {
            _isDialing = _wanting.TryPeek(out (UpstreamWorker Worker, bool IsExtra) first);
            (worker, isExtra) = first;
            return _isDialing;
        }
    }

    private async Task PauseAsync(CancellationToken cancellation)
    {
        while (_pause.Next() is { Ticks: > 0 } pause) await Task.Delay(pause, time, cancellation);
    }

    private async Task DialForAsync(UpstreamWorker worker, bool isExtra, CancellationToken cancellation)
    {
        long start = time.GetTimestamp();
        if (!isExtra) _dial.Begin();
        (UpstreamConnection? connection, Failure? failure) = await DialAsync(cancellation);
        _dial.End();
        if (connection is not null)
        {
            if (!_wasReached) log.UpstreamReached(connection.Name, connection.Protocol, (long)time.GetElapsedTime(start).TotalMilliseconds);
            _wasReached = true;
            backoff.Connected();
            HandOver(worker, connection);
        }
        else if (isExtra)
        {
            GiveUpExtra();
        }
        else
        {
            _pause.Postpone(backoff.Failed(failure!));
            DialFailed?.Invoke();
        }
    }

    private void HandOver(UpstreamWorker worker, UpstreamConnection connection)
    {
        // In one step, or a request in between would dial once more, or not at all.
        lock (_lock)
        {
            _wanting.Dequeue();
            if (_stopping.IsCancellationRequested) connection.Dispose();
            else worker.Adopt(connection);
        }
        worker.Signal();
    }

    private void GiveUpExtra()
    {
        lock (_lock)
        {
            _wanting.Dequeue();
            _noExtraBefore = time.GetTimestamp() + (long)(s_extraPause.TotalSeconds * time.TimestampFrequency);
        }
    }

    /// <summary>What nobody foresaw is a failed dial too: it must not end the dialling.</summary>
    private async Task<(UpstreamConnection? Connection, Failure? Failure)> DialAsync(CancellationToken cancellation)
    {
        try
        {
            return await dialer.DialAsync(cancellation);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            log.Unexpected("dialling an upstream", exception);
            return (null, new Failure(ExtendedErrorCode.NetworkError, $"{name}: {DialFailure.Describe(exception)}"));
        }
    }
}
