namespace DotProxy.Upstreams;

/// <summary>
/// When the next dial of an upstream may go: after the backoff's pause, when the governor lets it, and seldom once nobody has asked for
/// long, so that a dead upstream does not wake an idle machine every second. Any thread may call it.
/// </summary>
internal sealed class DialPause(TimeProvider time)
{
    // Our choices: a client that is there asks more often than that; and what comes back while nobody asks is noticed when somebody does.
    private static readonly TimeSpan s_interest = TimeSpan.FromSeconds(30), s_seldom = TimeSpan.FromMinutes(5);

    private readonly Lock _lock = new();
    private readonly DialGovernor _governor = new(time);
    private long _wantedAt = time.GetTimestamp();
    private long _failedAt = time.GetTimestamp();
    private long _notBefore;

    /// <summary>Whether nobody has asked for so long that what was known of the upstream may be over.</summary>
    public bool IsQuiet => time.GetElapsedTime(Volatile.Read(ref _wantedAt)) >= s_interest;

    /// <summary>Notes that somebody wants a connection; true where nobody had for long.</summary>
    public bool Want()
    {
        long now = time.GetTimestamp();
        return time.GetElapsedTime(Interlocked.Exchange(ref _wantedAt, now), now) >= s_interest;
    }

    /// <summary>After a failed dial, or a connection that was none.</summary>
    public void Postpone(TimeSpan pause)
    {
        lock (_lock)
        {
            _failedAt = time.GetTimestamp();
            _notBefore = _failedAt + (long)(pause.TotalSeconds * time.TimestampFrequency);
        }
    }

    /// <summary>What was in the way may be gone: the next dial goes at once.</summary>
    public void StartOver()
    {
        lock (_lock) _notBefore = 0;
        Want();
    }

    /// <summary>Notes that a connection was worth its handshake.</summary>
    public void GiveBack()
    {
        lock (_lock) _governor.GiveBack();
    }

    /// <summary>How long to wait before it is worth asking again; zero where the dial may go now.</summary>
    public TimeSpan Next()
    {
        lock (_lock)
        {
            long now = time.GetTimestamp();
            TimeSpan pause = time.GetElapsedTime(now, _notBefore), seldom = s_seldom - time.GetElapsedTime(_failedAt, now);
            if (pause > TimeSpan.Zero) return pause;
            return IsQuiet && seldom > TimeSpan.Zero ? seldom : _governor.Take();
        }
    }
}
