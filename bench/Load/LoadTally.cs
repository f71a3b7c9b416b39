namespace DotProxy.Bench.Load;

/// <summary>Adds up what the sockets see. One thread.</summary>
internal sealed class LoadTally(long start, long end)
{
    private readonly LatencyHistogram _latencies = new();
    private long _inTime;
    private long _good;
    private long _hot;
    private long _answered;

    /// <summary>When sending ends, or ended.</summary>
    public long End { get; private set; } = end;

    public long Sent { get; set; }

    public long Wrong { get; set; }

    public long Lost { get; set; }

    public long Stray { get; set; }

    /// <summary>All that was to be asked has been asked before the time was up.</summary>
    public void EndEarly(long now) => End = Math.Min(End, now);

    public void Answer(long sentAt, long now, bool good, bool isHot)
    {
        _answered++;
        _latencies.Add(now - sentAt);
        if (isHot) _hot++;
        if (!good) return;
        _good++;
        if (now <= End) _inTime++;
    }

    public LoadResult Conclude() => new()
    {
        Sent = Sent,
        Answered = _answered,
        Good = _good,
        Hot = _hot,
        Wrong = Wrong,
        Lost = Lost,
        Stray = Stray,
        Seconds = (End - start) / 1e9,
        Qps = _inTime / ((End - start) / 1e9),
        AverageMicros = _latencies.AverageMicroseconds,
        P50Micros = _latencies.Microseconds(0.50),
        P90Micros = _latencies.Microseconds(0.90),
        P99Micros = _latencies.Microseconds(0.99),
        MaxMicros = _latencies.MaxMicroseconds,
        CpuSeconds = Environment.CpuUsage.TotalTime.TotalSeconds,
    };
}
