namespace DotProxy.Resolution;

/// <summary>
/// A periodic timer that runs only while there is something to look at: an idle proxy on battery or behind a hypervisor wakes
/// nobody. <see cref="Arm"/> costs a read once it runs.
/// </summary>
/// <param name="sweep">Called each period; false when there is nothing left to look at, and the timer rests.</param>
internal sealed class IdleTimer : IDisposable
{
    private readonly ITimer _timer;
    private readonly TimeSpan _period;
    private readonly Func<bool> _sweep;
    private int _isArmed;

    public IdleTimer(TimeProvider time, TimeSpan period, Func<bool> sweep)
    {
        _period = period;
        _sweep = sweep;
        _timer = time.CreateTimer(_ => Run(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Sees to it that a sweep comes within a period. Call it after there is something to look at.</summary>
    public void Arm()
    {
        if (Volatile.Read(ref _isArmed) == 0 && Interlocked.Exchange(ref _isArmed, 1) == 0) Schedule();
    }

    public void Dispose() => _timer.Dispose();

    private void Run()
    {
        // Disarmed first: what comes while the sweep looks arms it anew.
        Volatile.Write(ref _isArmed, 0);
        if (_sweep()) Arm();
    }

    private void Schedule()
    {
        try
        {
            _timer.Change(_period, Timeout.InfiniteTimeSpan);
        }
        catch (ObjectDisposedException)
        {
            // Stopping.
        }
    }
}
