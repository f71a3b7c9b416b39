namespace DotProxy.Failover;

/// <summary>
/// How long an upstream's answers take: a decaying average, and the 95th percentile of the recent ones. Buckets are a quarter of a power
/// of two wide, so that a percentile is exact to a fifth. Not safe by itself: its member's lock guards it.
/// </summary>
internal sealed class LatencyWindow
{
    // Our choices. Few samples say nothing about a percentile; past a thousand the older ones count half.
    private const int LeastSamples = 32, MostSamples = 1024, SamplesPerUpdate = 16;
    private const int Buckets = 96;
    private const double Weight = 0.1, Percentile = 0.95;

    private readonly int[] _buckets = new int[Buckets];
    private int _samples;
    private int _sinceUpdate;

    /// <summary>Microseconds; zero before the first answer.</summary>
    public double AverageMicros { get; private set; }

    /// <summary>Later than 19 of 20 answers; null while too few have come.</summary>
    public TimeSpan? P95 { get; private set; }

    public void Add(TimeSpan latency)
    {
        double micros = Math.Max(1, latency.TotalMicroseconds);
        AverageMicros = AverageMicros == 0 ? micros : AverageMicros + ((micros - AverageMicros) * Weight);
        _buckets[Math.Clamp((int)(Math.Log2(micros) * 4), 0, Buckets - 1)]++;
        if (++_samples >= MostSamples) Halve();
        if (++_sinceUpdate < SamplesPerUpdate || _samples < LeastSamples) return;
        _sinceUpdate = 0;
        P95 = FindPercentile();
    }

    private void Halve()
    {
        _samples = 0;
        foreach (ref int bucket in _buckets.AsSpan()) _samples += bucket /= 2;
    }

    private TimeSpan FindPercentile()
    {
        int seen = 0, bucket = 0;
        for (; bucket < Buckets; bucket++)
        {
            seen += _buckets[bucket];
            if (seen >= _samples * Percentile) break;
        }
        return TimeSpan.FromMicroseconds(Math.Pow(2, (bucket + 1) / 4.0));
    }
}
