namespace DotProxy.Upstreams;

/// <summary>
/// How long an upstream leaves a connection open that nobody asks on: as it says itself (RFC 7828), else as it has been seen to do. A
/// connection is closed a little earlier from this side, for a query that meets the server's close on its way is late by a round trip
/// and a handshake.
/// </summary>
internal sealed class IdleWindow
{
    // Our choices. Less than half a second idle is no idle close but a bound on queries or a restart. Two in a row that agree are a habit,
    // and after so many closes of ours it is looked at again, for habits change.
    private static readonly TimeSpan s_least = TimeSpan.FromMilliseconds(500), s_leastMargin = TimeSpan.FromMilliseconds(200), s_mostMargin = TimeSpan.FromSeconds(2);
    private const double Agreement = 0.25;
    private const int ClosesPerLook = 32;

    private readonly Lock _lock = new();
    private TimeSpan? _told;
    private TimeSpan? _learned;
    private TimeSpan? _latest;
    private int _closes;

    /// <summary>Notes what the server says of the connection that was asked on last; null where it says nothing.</summary>
    public void Told(TimeSpan? timeout)
    {
        // Zero is about that connection alone.
        lock (_lock) _told = timeout == TimeSpan.Zero ? _told : timeout;
    }

    /// <summary>Notes that the server has closed a connection which was idle for so long.</summary>
    public void Observed(TimeSpan idle)
    {
        if (idle < s_least) return;
        lock (_lock)
        {
            bool agrees = _latest is { } latest && Math.Abs(idle / latest - 1) <= Agreement;
            if (agrees) _learned = idle < _latest ? idle : _latest;
            _latest = idle;
            _closes = 0;
        }
    }

    /// <summary>Notes that a connection was closed from this side because its time was up.</summary>
    public void Closed()
    {
        lock (_lock)
        {
            if (++_closes < ClosesPerLook) return;
            (_closes, _learned) = (0, null);
        }
    }

    /// <summary>How long a connection may be idle here; null for as long as the server lets it.</summary>
    /// <param name="told">What the server said on that connection.</param>
    public TimeSpan? Limit(TimeSpan? told)
    {
        TimeSpan? window;
        lock (_lock) window = told ?? _told ?? _learned;
        if (window is not { } known) return null;
        TimeSpan margin = TimeSpan.FromTicks(Math.Clamp(known.Ticks / 10, s_leastMargin.Ticks, s_mostMargin.Ticks));
        return known > 2 * margin ? known - margin : known / 2;
    }
}
