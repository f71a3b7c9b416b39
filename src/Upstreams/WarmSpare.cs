namespace DotProxy.Upstreams;

/// <summary>
/// Has a connection dialled anew when the last one of an upstream ends while nobody asks, so that the first query after a pause costs no
/// handshake. One spare at the most, and not for an upstream that keeps closing it: there each one is waited for twice as long.
/// </summary>
/// <param name="jitter">Draws from [0, 1): many proxies lose their connections together when a server restarts.</param>
/// <param name="dial">Dials where there is no connection and nobody dials yet.</param>
internal sealed class WarmSpare(TimeProvider time, Func<double> jitter, Action dial) : IDisposable
{
    // Our choices. Resolvers keep an idle connection for ten seconds and more; one that does not for five is not made to.
    private static readonly TimeSpan s_mostJitter = TimeSpan.FromMilliseconds(200), s_fairLife = TimeSpan.FromSeconds(5), s_longestPause = TimeSpan.FromMinutes(5);

    private readonly Lock _lock = new();
    private ITimer? _timer;
    private int _shortLives;
    private bool _isOver;

    /// <summary>Notes that a connection ended on which nothing was in flight.</summary>
    /// <param name="wasUsed">Whether it had answered anything.</param>
    public void Ended(TimeSpan life, bool wasUsed)
    {
        lock (_lock)
        {
            if (_isOver) return;
            _shortLives = wasUsed || life >= s_fairLife ? 0 : Math.Min(_shortLives + 1, 16);
            double pause = _shortLives == 0 ? 0 : Math.Min(s_longestPause.TotalSeconds, Math.Pow(2, _shortLives));
            _timer ??= time.CreateTimer(_ => dial(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _timer.Change(TimeSpan.FromSeconds(pause * (0.5 + (jitter() / 2))) + (jitter() * s_mostJitter), Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isOver = true;
            _timer?.Dispose();
        }
    }
}
