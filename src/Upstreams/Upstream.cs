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

    // Our choice: two round trips of a bad line. Longer, and whoever has another upstream had better ask that one.
    private static readonly TimeSpan s_slowDial = TimeSpan.FromMilliseconds(300);
    private const long NotDialing = long.MaxValue;

    private readonly Lock _lock = new();
    private readonly Queue<(UpstreamWorker Worker, bool IsExtra)> _wanting = new();
    private readonly CancellationTokenSource _stopping = new();
    private CancellationTokenSource? _extraAttempt;
    private bool _isDialing;
    private bool _wasReached;
    private long _notBefore;
    private long _noExtraBefore;
    private long _dialingSince = NotDialing;

    /// <summary>Called on the pool after each failed dial, so that those who wait are looked at again.</summary>
    public event Action? DialFailed;

    public string Name => name;

    public DialBackoff Backoff => backoff;

    /// <summary>What a query is told whose deadline passed on a connection that works.</summary>
    public Failure NoAnswer { get; } = new(ExtendedErrorCode.NetworkError, $"{name}: no answer within {timeout.TotalSeconds:0.###} s");

    /// <summary>What ends a connection that has not answered for half the time, not even a probe.</summary>
    public Failure FellSilent { get; } = new(ExtendedErrorCode.NetworkError, $"{name}: connected, but no answer within {timeout.TotalSeconds / 2:0.###} s");

    public long TimeoutTicks { get; } = (long)(timeout.TotalSeconds * time.TimestampFrequency);

    /// <summary>Sees to it that deadlines are looked at; set once, before the first connection.</summary>
    public Action? Watch { private get; set; }

    /// <summary>What a query is told that waited for a connection in vain.</summary>
    public Failure WhyUnanswered => backoff.LastFailure ?? dialer.LastFailure ?? NoAnswer;

    /// <summary>The failure to answer with at once instead of waiting; null while waiting is worth it.</summary>
    public Failure? Refusal => _stopping.IsCancellationRequested ? Failure.ShuttingDown : backoff.Refusal;

    /// <summary>What has been wrong since it last answered, or that a connection which somebody needs takes its time; null while nothing is.</summary>
    public Failure? Trouble => backoff.LastFailure ?? (IsDialingSlowly ? SlowDial : null);

    private Failure SlowDial { get; } = new(ExtendedErrorCode.NetworkError, $"{name}: not connected within {s_slowDial.TotalMilliseconds:0} ms");

    private bool IsDialingSlowly => Volatile.Read(ref _dialingSince) is var since and not NotDialing && time.GetElapsedTime(since) >= s_slowDial;

    public void KeepWatch() => Watch?.Invoke();

    /// <summary>Dials for the worker if it needs it and nobody does so already; it gets the connection by <see cref="UpstreamWorker.Adopt"/>.</summary>
    /// <param name="isExtra">A further connection beside one that works: a failure of it says nothing about the upstream, and
    /// it is not tried again for a while.</param>
    public void RequestConnection(UpstreamWorker worker, bool isExtra = false)
    {
        lock (_lock)
        {
            if (_stopping.IsCancellationRequested || !worker.NeedsConnection || IsWanting(worker)) return;
            if (isExtra && time.GetTimestamp() < _noExtraBefore) return;
            _wanting.Enqueue((worker, isExtra));
            // Who has none must not wait for one that is beside another.
            if (!isExtra) _extraAttempt?.Cancel();
            if (_isDialing) return;
            _isDialing = true;
        }
        _ = Task.Run(DialAllAsync);
    }

    /// <summary>Notes a connection that was made and died without one answer: the next dial waits its turn.</summary>
    public void NoteSilentDeath(Failure cause)
    {
        if (!_stopping.IsCancellationRequested) Postpone(backoff.Failed(cause, afterHandshake: true));
    }

    /// <summary>No dial from here on; who waits for one is refused.</summary>
    public void Stop()
    {
        lock (_lock) _stopping.Cancel();
    }

    public void Dispose() => _stopping.Dispose();

    private async Task DialAllAsync()
    {
        try
        {
            while (TryPeekWanting(out UpstreamWorker? worker, out bool isExtra))
            {
                await PauseAsync();
                await DialForAsync(worker!, isExtra);
            }
        }
        catch (OperationCanceledException)
        {
            // Stopping: the workers refuse what waits.
        }
    }

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

    private void Postpone(TimeSpan pause)
    {
        lock (_lock) _notBefore = time.GetTimestamp() + (long)(pause.TotalSeconds * time.TimestampFrequency);
    }

    private async Task PauseAsync()
    {
        TimeSpan pause;
        lock (_lock) pause = time.GetElapsedTime(time.GetTimestamp(), _notBefore);
        if (pause > TimeSpan.Zero) await Task.Delay(pause, time, _stopping.Token);
    }

    private async Task DialForAsync(UpstreamWorker worker, bool isExtra)
    {
        long start = time.GetTimestamp();
        if (!isExtra) Volatile.Write(ref _dialingSince, start);
        (UpstreamConnection? connection, Failure? failure) = isExtra ? await DialExtraAsync() : await DialAsync(_stopping.Token);
        Volatile.Write(ref _dialingSince, NotDialing);
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
            Postpone(backoff.Failed(failure!));
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

    /// <summary>Dials until somebody needs the dialler more.</summary>
    private async Task<(UpstreamConnection? Connection, Failure? Failure)> DialExtraAsync()
    {
        using var attempt = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        lock (_lock) _extraAttempt = attempt;
        try
        {
            return await DialAsync(attempt.Token);
        }
        catch (OperationCanceledException) when (!_stopping.IsCancellationRequested)
        {
            return default;
        }
        finally
        {
            lock (_lock) _extraAttempt = null;
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
