using System.Diagnostics;
using DotProxy.Bench.Reporting;

namespace DotProxy.Bench.Micro;

/// <summary>What one operation takes: nanoseconds, the middle of several runs, and octets allocated.</summary>
internal readonly record struct Timing(double Nanoseconds, double Spread, double Octets)
{
    private const int Runs = 9;
    private const int FirstCount = 1000;
    private const double RunNanoseconds = 60e6;

    /// <param name="loop">Does the operation so many times.</param>
    public static Timing Of(Action<int> loop)
    {
        int count = Calibrate(loop);
        double[] times = new double[Runs];
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int run = 0; run < Runs; run++) times[run] = Measure(loop, count) / count;
        double octets = (GC.GetAllocatedBytesForCurrentThread() - before) / (double)Runs / count;
        double median = Statistics.Median(times);
        return new Timing(median, (times.Max() - times.Min()) / median, octets);
    }

    /// <summary>How often makes a run long enough; warms up by the way.</summary>
    private static int Calibrate(Action<int> loop)
    {
        int count = FirstCount;
        while (true)
        {
            double time = Measure(loop, count);
            if (time >= RunNanoseconds / 2) return (int)(count * RunNanoseconds / time);
            count *= 2;
        }
    }

    private static double Measure(Action<int> loop, int count)
    {
        long start = Stopwatch.GetTimestamp();
        loop(count);
        return Stopwatch.GetElapsedTime(start).TotalNanoseconds;
    }
}
