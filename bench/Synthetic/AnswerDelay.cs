using System.Diagnostics;

namespace DotProxy.Bench.Synthetic;

/// <summary>How far away the upstream pretends to be; may change at any time.</summary>
internal sealed class AnswerDelay
{
    // TCP and TLS 1.3 take a round trip each before the first query can be sent.
    private const int ConnectionRoundTrips = 2;
    private const long NanosecondsPerMillisecond = 1_000_000;

    private long _nanoseconds;

    public double Milliseconds
    {
        set => Volatile.Write(ref _nanoseconds, (long)(value * NanosecondsPerMillisecond));
    }

    public bool IsZero => Volatile.Read(ref _nanoseconds) == 0;

    /// <summary>When an answer to what has come now is due.</summary>
    public long DueAt => Stopwatch.GetTimestamp() + Volatile.Read(ref _nanoseconds);

    public void WaitForConnection() => Kernel.Nap(ConnectionRoundTrips * Volatile.Read(ref _nanoseconds));

    /// <summary>Timestamps are nanoseconds wherever Linux is.</summary>
    public static void WaitUntil(long due) => Kernel.Nap(due - Stopwatch.GetTimestamp());
}
