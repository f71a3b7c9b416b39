using System.Diagnostics;
using System.Runtime.InteropServices;

[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]

namespace DotProxy.Bench;

/// <summary>System calls whose timing .NET rounds to milliseconds, and the signal that asks a server to stop.</summary>
internal static unsafe partial class Kernel
{
    public const int DontWait = 0x40;
    public const short PollIn = 1;

    private const int SetTimerSlack = 29;
    private const int Terminate = 15;

    public const int Kill = 9, Stop = 19, Continue = 18;

    private const long Second = 1_000_000_000;

    /// <summary>Lets timers of the calling thread fire when they are due, not up to 50 µs later.</summary>
    public static void SharpenTimers() => _ = ProcessControl(SetTimerSlack, 1000, 0, 0, 0);

    public static void Nap(long nanoseconds)
    {
        if (nanoseconds <= 0) return;
        var time = new TimeSpec { Seconds = nanoseconds / Second, Nanoseconds = nanoseconds % Second };
        _ = NanoSleep(&time, null);
    }

    /// <summary>Not shorter where a signal comes, such as that of a child that was stopped.</summary>
    public static void Nap(TimeSpan time)
    {
        long start = Stopwatch.GetTimestamp();
        while (time - Stopwatch.GetElapsedTime(start) is { Ticks: > 0 } left) Nap((long)left.TotalNanoseconds);
    }

    /// <summary>Waits until one of the descriptors can be read, at most so long.</summary>
    public static void Poll(Span<PollDescriptor> descriptors, long nanoseconds)
    {
        var time = new TimeSpec { Seconds = nanoseconds / Second, Nanoseconds = nanoseconds % Second };
        fixed (PollDescriptor* first = descriptors) _ = PollPrecisely(first, (nuint)descriptors.Length, &time, null);
    }

    public static void AskToStop(int processId) => Signal(processId, Terminate);

    public static void Signal(int processId, int signal) => _ = SendSignal(processId, signal);

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int ProcessControl(int option, nuint first, nuint second, nuint third, nuint fourth);

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    private static partial int NanoSleep(TimeSpec* time, TimeSpec* left);

    [LibraryImport("libc", EntryPoint = "ppoll")]
    private static partial int PollPrecisely(PollDescriptor* descriptors, nuint count, TimeSpec* timeout, void* mask);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int processId, int signal);

    /// <summary><c>struct pollfd</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
