namespace DotProxy.Bench.Synthetic;

/// <summary>What the upstream has seen and used so far.</summary>
internal sealed record UpstreamSnapshot
{
    public long Connections { get; init; }

    public long Handshakes { get; init; }

    /// <summary>Handshakes that took a session up again.</summary>
    public long Resumed { get; init; }

    public long FailedHandshakes { get; init; }

    public long Queries { get; init; }

    /// <summary>TLS records with queries: what a forwarder coalesces shows here.</summary>
    public long Reads { get; init; }

    public long Malformed { get; init; }

    public double CpuSeconds { get; init; }
}

/// <summary>Counters that all sessions share; each adds to them once per read.</summary>
internal sealed class UpstreamCounts(int certificateLength)
{
    private readonly Lock _lock = new();
    private UpstreamSnapshot _seen = new();
    private long _fullHandshake;

    public UpstreamSnapshot Snapshot
    {
        get
        {
            lock (_lock) return _seen with { CpuSeconds = Environment.CpuUsage.TotalTime.TotalSeconds };
        }
    }

    public void Connected()
    {
        lock (_lock) _seen = _seen with { Connections = _seen.Connections + 1 };
    }

    /// <summary>
    /// .NET does not say whether a server's handshake resumed a session, but its length does: only a full one carries the
    /// certificate. The first of all is full, since its keys for tickets are as young as this process.
    /// </summary>
    public void Established(long sent)
    {
        lock (_lock)
        {
            if (_fullHandshake == 0) _fullHandshake = sent;
            bool resumed = sent <= _fullHandshake - certificateLength;
            _seen = _seen with { Handshakes = _seen.Handshakes + 1, Resumed = _seen.Resumed + (resumed ? 1 : 0) };
        }
    }

    public void HandshakeFailed()
    {
        lock (_lock) _seen = _seen with { FailedHandshakes = _seen.FailedHandshakes + 1 };
    }

    public void Read(int queries, int malformed)
    {
        lock (_lock)
        {
            _seen = _seen with
            {
                Reads = _seen.Reads + 1, Queries = _seen.Queries + queries, Malformed = _seen.Malformed + malformed,
            };
        }
    }
}
