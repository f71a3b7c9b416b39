namespace DotProxy.Upstreams;

/// <summary>
/// Bounds the handshakes that bring nothing: a token bucket for the dials of one upstream. A connection that has answered a query gives
/// its token back when it ends, so that an upstream which closes after every query or every hundredth is dialled as often as that takes;
/// what is left are dials that fail and connections that are closed without an answer, whatever the reason. Guarded by its caller's lock.
/// </summary>
internal sealed class DialGovernor(TimeProvider time)
{
    // Our choices. Eight: a restart of the upstream and the first pauses of the backoff fit in, with an idle close or two. Two a second: more
    // than the backoff asks for once it has settled, so that it alone decides when an outage's end is seen, and what a server does not notice.
    private const int Burst = 8;
    private static readonly TimeSpan s_refill = TimeSpan.FromMilliseconds(500);

    private double _tokens = Burst;
    private long _filledAt = time.GetTimestamp();

    /// <summary>Takes a token; where there is none, takes nothing and says how long to wait for one.</summary>
    public TimeSpan Take()
    {
        long now = time.GetTimestamp();
        _tokens = Math.Min(Burst, _tokens + (time.GetElapsedTime(_filledAt, now) / s_refill));
        _filledAt = now;
        // A timer that is early by a rounding must not find nothing.
        if (_tokens < 1 - 1e-6) return (1 - _tokens) * s_refill;
        _tokens = Math.Max(0, _tokens - 1);
        return TimeSpan.Zero;
    }

    /// <summary>Notes that a connection was worth its handshake.</summary>
    public void GiveBack() => _tokens = Math.Min(Burst, _tokens + 1);
}
