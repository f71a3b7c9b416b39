using DotProxy.Resolution;
using DotProxy.Telemetry;

namespace DotProxy.Failover;

/// <summary>
/// One upstream of a group, and whether it is to be asked. It is left out when it cannot be reached, has fallen silent, or fails at what
/// others answer; then a probe asks it after a pause, longer each time in a row, and once that is answered well it is asked again.
/// </summary>
internal sealed class Member(IUpstream upstream, int index, TimeProvider time, Func<double> jitter, LogEvents log)
{
    // Our choices. Half of the last sixteen: one unlucky name among many is no fault of the upstream.
    private const uint Window = 0xFFFF;
    private const int MostFailures = 8;
    private static readonly TimeSpan s_shortestSilence = TimeSpan.FromMilliseconds(500), s_longestSilence = TimeSpan.FromSeconds(1);
    private const int P95sOfSilence = 8;
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(250), s_longestPause = TimeSpan.FromSeconds(5);

    // So long it must have been well for half of its past to be forgiven, and for its average to count half.
    private static readonly TimeSpan s_forgiveness = TimeSpan.FromMinutes(1), s_memory = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly LatencyWindow _latency = new();
    private readonly BurstFilter _changes = new(time);
    private uint _failures;
    private int _strikes;
    private long _changedAt = time.GetTimestamp();
    private long _answeredAt = time.GetTimestamp();
    private long _probeAt;
    private bool _isLogged;
    private volatile bool _isLeftOut;
    private int _isTouched;

    public IUpstream Upstream => upstream;

    public int Index => index;

    /// <summary>Whether asking it is likely to bring an answer.</summary>
    public bool IsUsable => !_isLeftOut && upstream.Trouble is null;

    /// <summary>When an answer counts as late here; null while too little is known.</summary>
    public TimeSpan? P95
    {
        get { lock (_lock) return _latency.P95; }
    }

    /// <summary>
    /// The less the better: the average latency in microseconds, which fades while it is not asked, so that it is tried again.
    /// </summary>
    public double Score
    {
        get
        {
            lock (_lock) return _latency.AverageMicros * Math.Pow(0.5, time.GetElapsedTime(_answeredAt) / s_memory);
        }
    }

    public void Ask(Query query, SinkSet sinks)
    {
        upstream.Resolve(query, sinks);
        // Behind it: whoever takes this flag down flushes what was put there.
        Volatile.Write(ref _isTouched, 1);
    }

    /// <summary>Passes on that a burst is over, if it got any of it.</summary>
    public void Flush()
    {
        if (Volatile.Read(ref _isTouched) != 0 && Interlocked.Exchange(ref _isTouched, 0) != 0) upstream.Flush();
    }

    /// <summary>Notes an answer, whatever it says.</summary>
    public void NoteAnswer(TimeSpan latency)
    {
        lock (_lock)
        {
            _answeredAt = time.GetTimestamp();
            _latency.Add(latency);
        }
    }

    /// <summary>Notes how it did beside others: an answer of use, or none where another had one.</summary>
    public void NoteResult(bool isGood)
    {
        lock (_lock)
        {
            _failures = ((_failures << 1) | (isGood ? 0u : 1u)) & Window;
            if (isGood && _isLeftOut) AskAgain();
            else if (!isGood && System.Numerics.BitOperations.PopCount(_failures) >= MostFailures) LeaveOut("it fails at what others answer", isKnown: false);
        }
    }

    /// <summary>Looks whether it is well. True where a probe is to be sent now.</summary>
    public bool Look(long now)
    {
        TimeSpan silence = Silence;
        bool isSilent = !_isLeftOut && upstream.IsSilent(silence, now);
        lock (_lock)
        {
            if (!_isLeftOut)
            {
                // Whoever found the trouble has logged it.
                if (upstream.Trouble is { } trouble) LeaveOut(trouble.Text, isKnown: true);
                else if (isSilent) LeaveOut($"no answer for {silence.TotalMilliseconds:0} ms", isKnown: false);
            }
            if (!_isLeftOut || now < _probeAt) return false;
            // Should the probe be lost, the next one follows.
            _probeAt = now + Ticks(NextPause());
            return true;
        }
    }

    /// <summary>So long without any answer is not slow, but dead. A lost packet costs a quarter of a second on a good line.</summary>
    private TimeSpan Silence => P95 is not { } p95 || p95 * P95sOfSilence > s_longestSilence ? s_longestSilence
        : p95 * P95sOfSilence < s_shortestSilence ? s_shortestSilence : p95 * P95sOfSilence;

    private void LeaveOut(string why, bool isKnown)
    {
        if (_isLeftOut) return;
        _isLeftOut = true;
        Forgive();
        _failures = 0;
        _changedAt = time.GetTimestamp();
        _probeAt = _changedAt + Ticks(NextPause());
        _isLogged = !isKnown && _changes.ShouldLog(out _);
        if (_isLogged) log.UpstreamLeftOut(upstream.Name, why);
    }

    private void AskAgain()
    {
        _isLeftOut = false;
        if (_isLogged) log.UpstreamAskedAgain(upstream.Name, (long)time.GetElapsedTime(_changedAt).TotalSeconds);
        _changedAt = time.GetTimestamp();
    }

    private void Forgive() => _strikes = (int)(_strikes * Math.Pow(0.5, time.GetElapsedTime(_changedAt) / s_forgiveness));

    /// <summary>Doubles with each time in a row, and jitters between half and the whole, so that many proxies do not ask in step.</summary>
    private TimeSpan NextPause()
    {
        double full = Math.Min(s_longestPause.TotalSeconds, s_firstPause.TotalSeconds * Math.Pow(2, Math.Min(_strikes++, 16)));
        return TimeSpan.FromSeconds(full * (0.5 + (jitter() / 2)));
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);
}
