using System.Runtime.InteropServices;
using DotProxy.Telemetry;
using Microsoft.Win32.SafeHandles;

namespace DotProxy.Upstreams;

/// <summary>
/// Tells when this machine's addresses or routes have changed: a laptop in another network, a tunnel that came up. Connections made
/// before lead nowhere then, and nobody says so. A burst of changes is told once, after a moment of quiet. A thread of its own waits for
/// the kernel's word; where there is none to be had, silent connections are still found out by their queries.
/// </summary>
internal sealed unsafe class NetworkChanges : IDisposable
{
    // Our choices. A change comes as a handful of messages; a host with containers has such all day, and each costs its upstreams a probe.
    private static readonly TimeSpan s_quiet = TimeSpan.FromMilliseconds(250), s_longestBurst = TimeSpan.FromSeconds(1), s_between = TimeSpan.FromSeconds(2);
    private const int StackSize = 256 * 1024, BufferSize = 8 * 1024, Forever = -1;

    private readonly Action _changed;
    private readonly LogEvents _log;
    private readonly TimeProvider _time;
    private readonly SafeFileHandle _routes;
    private readonly SafeFileHandle _stop = Netlink.OpenEvent();
    private readonly Thread _thread;
    private readonly byte[] _buffer = new byte[BufferSize];

    private NetworkChanges(SafeFileHandle routes, Action changed, TimeProvider time, LogEvents log)
    {
        _routes = routes;
        _changed = changed;
        _time = time;
        _log = log;
        _thread = new Thread(Run, StackSize) { IsBackground = true, Name = "network changes" };
        _thread.Start();
    }

    /// <summary>Watches until it is disposed; null where this system does not tell.</summary>
    /// <param name="changed">Called on the watching thread, and not again before it has returned.</param>
    public static NetworkChanges? Watch(Action changed, TimeProvider time, LogEvents log)
    {
        if (!OperatingSystem.IsLinux()) return null;
        if (Netlink.OpenRoutes() is { } routes) return new NetworkChanges(routes, changed, time, log);
        log.NetworkUnwatched(Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError()));
        return null;
    }

    public void Dispose()
    {
        Netlink.Signal(_stop);
        _thread.Join();
        _stop.Dispose();
        _routes.Dispose();
    }

    private void Run()
    {
        while (WaitForChange(Forever) == Waiting.Change)
        {
            if (!TryWaitForQuiet()) return;
            try
            {
                _changed();
            }
            catch (Exception exception)
            {
                // An exception on a thread would end the process.
                _log.Unexpected("what follows a change of the network", exception);
            }
            // Changes that come meanwhile wait in the socket.
            if (Wait(alsoForChange: false, (int)s_between.TotalMilliseconds) == Waiting.Stop) return;
        }
    }

    /// <summary>Lets a burst pass; false when it is time to stop.</summary>
    private bool TryWaitForQuiet()
    {
        long start = _time.GetTimestamp();
        while (_time.GetElapsedTime(start) < s_longestBurst)
        {
            Waiting waiting = WaitForChange((int)s_quiet.TotalMilliseconds);
            if (waiting != Waiting.Change) return waiting == Waiting.Quiet;
        }
        return true;
    }

    private Waiting WaitForChange(int milliseconds)
    {
        Waiting waiting = Wait(alsoForChange: true, milliseconds);
        return waiting == Waiting.Change && !TryTake() ? Waiting.Stop : waiting;
    }

    private Waiting Wait(bool alsoForChange, int milliseconds)
    {
        Netlink.PollEntry* entries = stackalloc Netlink.PollEntry[2];
        entries[0] = new Netlink.PollEntry { Descriptor = (int)_stop.DangerousGetHandle(), Wanted = Netlink.Readable };
        entries[1] = new Netlink.PollEntry { Descriptor = (int)_routes.DangerousGetHandle(), Wanted = Netlink.Readable };
        int count;
        do count = Netlink.Poll(entries, alsoForChange ? 2u : 1u, milliseconds);
        while (count < 0 && Marshal.GetLastPInvokeError() == Netlink.ErrorInterrupted);
        return count < 0 || entries[0].Happened != 0 ? Waiting.Stop : count == 0 ? Waiting.Quiet : Waiting.Change;
    }

    /// <summary>Takes messages off the socket. What they say matters less than that they came; an overrun says so too.</summary>
    private bool TryTake()
    {
        fixed (byte* buffer = _buffer)
        {
            if (Netlink.Receive(_routes, buffer, BufferSize, flags: 0) > 0) return true;
        }
        int error = Marshal.GetLastPInvokeError();
        if (error is Netlink.ErrorInterrupted or Netlink.ErrorOverrun) return true;
        _log.NetworkUnwatched(Marshal.GetPInvokeErrorMessage(error));
        return false;
    }

    private enum Waiting
    {
        Quiet,
        Change,
        Stop,
    }
}
