using System.Globalization;
using System.Runtime.InteropServices;

namespace DotProxy.Bench.Measuring;

/// <summary>
/// Puts this session's processes ahead of others', where that is allowed, for as long as it lives: with the kernel's autogroups
/// (sched(7)) a nice value counts only among the processes of one session.
/// </summary>
internal sealed class Precedence : IDisposable
{
    /// <summary>Of each process that is measured or measures.</summary>
    public const int Nice = -15;

    // Contents: "/autogroup-20 nice 0".
    private const string File = "/proc/self/autogroup";

    private readonly string _before = "0";
    private readonly PosixSignalRegistration[] _interruptions;

    public Precedence()
    {
        // Who interrupts a run has their session as it was.
        _interruptions = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM }.Select(signal => PosixSignalRegistration.Create(signal, _ => TrySet(_before)))];
        if (!System.IO.File.Exists(File) || !Environment.IsPrivilegedProcess) return;
        _before = System.IO.File.ReadAllText(File).Trim().Split(' ')[^1];
        TrySet(Nice.ToString(CultureInfo.InvariantCulture));
    }

    public void Dispose()
    {
        TrySet(_before);
        foreach (PosixSignalRegistration interruption in _interruptions) interruption.Dispose();
    }

    private static void TrySet(string nice)
    {
        try
        {
            if (Environment.IsPrivilegedProcess) System.IO.File.WriteAllText(File, nice);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A kernel without autogroups, or one that will not have it: nice values then count for all processes, or for nothing.
        }
    }
}
