using DotProxy.Telemetry;

namespace DotProxy.Upstreams;

/// <summary>What one worker's connection is worth after the network has changed: it is ended at once, or has a moment to show that it lives.</summary>
internal sealed class PathCheck(Upstream upstream, TimeProvider time, LogEvents log)
{
    // Our choice: longer than the way to any upstream and back.
    private static readonly TimeSpan s_doubtTime = TimeSpan.FromSeconds(1);

    private UpstreamConnection? _doubted;
    private long _doubtedAt;

    /// <summary>
    /// Ends the connection where a new one would leave from another address of ours, and says so; else it is in doubt from here on, and its
    /// worker must send a probe. Where no route leads to the upstream at the moment it may come back, and the probe will tell.
    /// </summary>
    public string? WhyEnded(UpstreamConnection connection, long now)
    {
        if (LocalAddress.Towards(connection.Remote) is { } local && !local.Equals(connection.Local))
        {
            connection.Abort(upstream.Failures.NetworkChange);
            return $"this machine's address towards it was {connection.Local} and is {local}";
        }
        Volatile.Write(ref _doubtedAt, now);
        Volatile.Write(ref _doubted, connection);
        return null;
    }

    /// <summary>Ends the connection where it is in doubt and has not answered for too long. On the sweep's thread.</summary>
    public void Judge(UpstreamConnection connection, long now)
    {
        if (connection != Volatile.Read(ref _doubted)) return;
        long since = Volatile.Read(ref _doubtedAt);
        bool isSilent = connection.Times.LastAnswerAt <= since;
        if (isSilent && time.GetElapsedTime(since, now) < s_doubtTime) return;
        // Another change may have come just now, with a moment of its own.
        if (Interlocked.CompareExchange(ref _doubted, null, connection) != connection || !isSilent) return;
        connection.Abort(upstream.Failures.NetworkChange);
        log.NetworkChanged(upstream.Name, $"no answer within {s_doubtTime.TotalSeconds:0} s since");
    }
}
