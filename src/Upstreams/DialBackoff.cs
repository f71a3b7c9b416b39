using DotProxy.Resolution;
using DotProxy.Telemetry;

namespace DotProxy.Upstreams;

/// <summary>
/// What is known about an upstream that cannot be reached: since when, why, and when to try again. Queries wait through a short
/// fault, so that a restart of the upstream costs none, and are refused at once while an outage lasts, so that no client hangs.
/// </summary>
/// <param name="patience">How long queries wait for a fault to pass before it counts as an outage.</param>
/// <param name="jitter">Draws from [0, 1).</param>
internal sealed class DialBackoff(string upstream, TimeSpan patience, TimeProvider time, Func<double> jitter, LogEvents log)
{
    // Our choices. Short at first, because most faults are a restart; bounded, because recovery must be seen soon. A wrong
    // certificate needs somebody's hand, so it is looked at less often.
    private static readonly TimeSpan s_first = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longestWhenRefused = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_patienceAtStart = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_firstReminder = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_reminder = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly BurstFilter _losses = new(time);
    private Failure? _failure;
    private long _since;
    private long _lastLogged;
    private int _attempts;
    private int _step;
    private bool _diedSilently;
    private bool _wasReached;
    private bool _isLossLogged;
    private bool _isInDoubt;

    /// <summary>The failure to answer with at once; null while it is worth waiting.</summary>
    public Failure? Refusal
    {
        get
        {
            lock (_lock)
            {
                // Where connections can be made, asking is the only way to learn that they answer again.
                bool hopeless = _failure is not null && !_isInDoubt && !_diedSilently && (!_failure.CanBeRetried || time.GetElapsedTime(_since) >= Patience);
                return hopeless ? _failure : null;
            }
        }
    }

    /// <summary>One that has never been there is hardly restarting.</summary>
    private TimeSpan Patience => _wasReached || patience < s_patienceAtStart ? patience : s_patienceAtStart;

    /// <summary>The latest failure since the upstream last answered.</summary>
    public Failure? LastFailure
    {
        get { lock (_lock) return _failure; }
    }

    /// <summary>Notes a failed dial, or a connection that died without one answer; returns the time to wait before the next dial.</summary>
    public TimeSpan Failed(Failure failure, bool afterHandshake = false)
    {
        lock (_lock)
        {
            _diedSilently = afterHandshake;
            _isInDoubt = false;
            long now = time.GetTimestamp();
            if (_failure is null)
            {
                _since = _lastLogged = now;
                // One that comes and goes would fill the log.
                _isLossLogged = _losses.ShouldLog(out long suppressed);
                if (_isLossLogged && suppressed > 0) log.UpstreamUnsteady(upstream, suppressed);
                if (_isLossLogged) log.UpstreamLost(failure.Text);
            }
            else if (time.GetElapsedTime(_lastLogged, now) >= (_isLossLogged ? s_reminder : s_firstReminder))
            {
                _lastLogged = now;
                _isLossLogged = true;
                log.UpstreamStillLost(failure.Text, _attempts + 1, (long)time.GetElapsedTime(_since, now).TotalSeconds);
            }
            _failure = failure;
            _attempts++;
            return Delay(_step++, failure.CanBeRetried ? s_longest : s_longestWhenRefused);
        }
    }

    /// <summary>Nobody has looked for long: until the next dial says so again it is no outage.</summary>
    public void Doubt()
    {
        lock (_lock) _isInDoubt = _failure is not null;
    }

    /// <summary>Makes the next pauses short again: what was in the way may be gone.</summary>
    public void StartOver()
    {
        lock (_lock) _step = 0;
    }

    /// <summary>Notes a finished handshake. Where connections were made and died silently, only an answer shows that all is well.</summary>
    public void Connected()
    {
        lock (_lock)
        {
            _wasReached = true;
            if (!_diedSilently) Recover();
        }
    }

    /// <summary>Notes an answer.</summary>
    public void Answered()
    {
        lock (_lock) Recover();
    }

    private void Recover()
    {
        if (_failure is null) return;
        if (_isLossLogged) log.UpstreamBack(upstream, (long)time.GetElapsedTime(_since).TotalSeconds, _attempts);
        _failure = null;
        _attempts = _step = 0;
        _diedSilently = _isInDoubt = false;
    }

    /// <summary>Doubles from the first, and jitters between half and the whole, so that many proxies do not dial in step.</summary>
    private TimeSpan Delay(int step, TimeSpan longest)
    {
        double full = Math.Min(longest.TotalMilliseconds, s_first.TotalMilliseconds * Math.Pow(2, Math.Min(step, 16)));
        return TimeSpan.FromMilliseconds(full * (0.5 + (jitter() / 2)));
    }
}
