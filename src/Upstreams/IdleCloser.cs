using DotProxy.Telemetry;

namespace DotProxy.Upstreams;

/// <summary>Closes an upstream's idle connections before the server does. Its timer runs only while there is one with a known end.</summary>
internal sealed class IdleCloser : IDisposable
{
    private readonly Upstream _upstream;
    private readonly UpstreamWorker[] _workers;
    private readonly TimeProvider _time;
    private readonly LogEvents _log;
    private readonly ITimer _timer;

    public IdleCloser(Upstream upstream, UpstreamWorker[] workers, TimeProvider time, LogEvents log)
    {
        _upstream = upstream;
        _workers = workers;
        _time = time;
        _log = log;
        _timer = time.CreateTimer(_ => LookOnTimer(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Closes what has been idle for long enough, and sees to it that the rest is looked at in time. Call it when all has been answered.</summary>
    public void Look()
    {
        TimeSpan next = Timeout.InfiniteTimeSpan;
        foreach (UpstreamWorker worker in _workers)
        {
            if (worker.Connection is not { IsBroken: false, InFlight: 0 } connection) continue;
            if (connection.Terms.HasHeard) _upstream.Idle.Told(connection.Terms.Told);
            if (_upstream.Idle.Limit(connection.Terms.Told) is not { } limit) continue;
            TimeSpan left = limit - _time.GetElapsedTime(connection.Times.LastAnswerAt);
            if (left <= TimeSpan.Zero) Close(connection);
            else if (next < TimeSpan.Zero || left < next) next = left;
        }
        _timer.Change(next, Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => _timer.Dispose();

    private void Close(UpstreamConnection connection)
    {
        _upstream.Idle.Closed();
        connection.Abort(_upstream.Failures.IdleClose);
    }

    private void LookOnTimer()
    {
        try
        {
            Look();
        }
        catch (Exception exception)
        {
            // An exception on a timer would end the process.
            _log.Unexpected("closing idle connections", exception);
        }
    }
}
