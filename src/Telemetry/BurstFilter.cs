namespace DotProxy.Telemetry;

/// <summary>Lets the first of a burst through at once, then one a period, which says how many were held back.</summary>
internal sealed class BurstFilter(TimeProvider time)
{
    // Our choice: often enough to see it go on, seldom enough to read the rest of the log.
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private long? _lastLogged;
    private long _suppressed;

    public bool ShouldLog(out long suppressed)
    {
        lock (_lock)
        {
            suppressed = _suppressed;
            if (_lastLogged is { } last && time.GetElapsedTime(last) < s_period)
            {
                _suppressed++;
                return false;
            }
            _lastLogged = time.GetTimestamp();
            _suppressed = 0;
            return true;
        }
    }
}
