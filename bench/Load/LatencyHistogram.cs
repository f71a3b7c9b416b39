using System.Numerics;

namespace DotProxy.Bench.Load;

/// <summary>Counts of latencies in steps that are 1 to 2 % wide at any size: 64 to each power of two.</summary>
internal sealed class LatencyHistogram
{
    private const int StepBits = 6;
    private const int Steps = 1 << StepBits;
    private const int Largest = (64 - StepBits + 1) * Steps;

    private readonly long[] _counts = new long[Largest];
    private long _count;
    private long _sum;
    private long _max;

    public double AverageMicroseconds => _count == 0 ? 0 : _sum / (double)_count / 1000;

    public double MaxMicroseconds => _max / 1000.0;

    public void Add(long nanoseconds)
    {
        int exponent = Math.Max(BitOperations.Log2((ulong)nanoseconds) - StepBits, 0);
        _counts[(exponent << StepBits) + (int)(nanoseconds >> exponent)]++;
        _count++;
        _sum += nanoseconds;
        _max = Math.Max(_max, nanoseconds);
    }

    /// <summary>The latency that the given share of the answers stayed below.</summary>
    public double Microseconds(double share)
    {
        long wanted = (long)(_count * share), passed = 0;
        for (int index = 0; index < Largest; index++)
        {
            passed += _counts[index];
            if (passed > wanted) return Middle(index) / 1000;
        }
        return MaxMicroseconds;
    }

    private static double Middle(int index)
    {
        int exponent = Math.Max((index >> StepBits) - 1, 0);
        return (index - (exponent << StepBits) + 0.5) * Math.Pow(2, exponent);
    }
}
