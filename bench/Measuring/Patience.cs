using System.Diagnostics;

namespace DotProxy.Bench.Measuring;

/// <summary>
/// How long a run may wait for others to leave the machine alone, and repeat what they disturbed. When it is used up, the rest of the
/// round is measured once, as it comes.
/// </summary>
internal sealed class Patience(double secondsPerRound)
{
    private const long Sample = 200_000_000, Pause = 300_000_000;

    private double _left;

    public bool IsLeft => _left > 0;

    public void BeginRound() => _left = secondsPerRound;

    public void Spend(double seconds) => _left -= seconds;

    /// <summary>Returns when the machine is quiet or patience has run out. What is measured must be idle meanwhile.</summary>
    public void WaitForQuiet()
    {
        while (IsLeft)
        {
            MachineUsage before = MachineUsage.Read();
            long start = Stopwatch.GetTimestamp();
            Kernel.Nap(Sample);
            double busy = MachineUsage.Read().BusySince(before) / Stopwatch.GetElapsedTime(start).TotalSeconds;
            Spend(Stopwatch.GetElapsedTime(start).TotalSeconds);
            if (busy < Measurement.RepeatAbove) return;
            Kernel.Nap(Pause);
            Spend(Pause / 1e9);
        }
    }
}
