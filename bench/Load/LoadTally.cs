namespace DotProxy.Bench.Load;

/// <summary>Adds up what the sockets see. One thread.</summary>
internal sealed class LoadTally(long start, long end)
{
    private readonly LatencyHistogram _latencies = new();
    private long _inTime;
    private long _good;
    private long _answered;

    public long Sent { get; set; }

    public long Wrong { get; set; }

    public long Lost { get; set; }

    public long Stray { get; set; }

    public void Answer(long sentAt, long now, bool good)
    {
        _answered++;
        _latencies.Add(now - sentAt);
        if (!good) return;
        _good++;
        if (now <= end) _inTime++;
    }

    public LoadResult Conclude() => new()
    {
        Sent = Sent,
        Answered = _answered,
        Good = _good,
        Wrong = Wrong,
        Lost = Lost,
        Stray = Stray,
        Seconds = (end - start) / 1e9,
        Qps = _inTime / ((end - start) / 1e9),
        AverageMicros = _latencies.AverageMicroseconds,
        P50Micros = _latencies.Microseconds(0.50),
        P90Micros = _latencies.Microseconds(0.90),
        P99Micros = _latencies.Microseconds(0.99),
        MaxMicros = _latencies.MaxMicroseconds,
        CpuSeconds = Environment.CpuUsage.TotalTime.TotalSeconds,
    };
}
