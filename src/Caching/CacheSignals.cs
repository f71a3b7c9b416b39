using System.Runtime.InteropServices;
using DotProxy.Telemetry;

namespace DotProxy.Caching;

/// <summary>
/// The cache's control for whoever has a shell: SIGUSR1 writes its figures to the log, SIGUSR2 empties it. SIGHUP is left for
/// reading the configuration anew.
/// </summary>
internal sealed class CacheSignals : IDisposable
{
    // .NET has no names for these two; it takes the system's numbers.
    private const PosixSignal User1 = (PosixSignal)10, User2 = (PosixSignal)12;

    private readonly PosixSignalRegistration? _show;
    private readonly PosixSignalRegistration? _flush;

    /// <param name="control">Null where there is no cache: the signals are taken all the same, for left to the system they end the process.</param>
    public CacheSignals(ICacheControl? control, LogEvents log)
    {
        if (!OperatingSystem.IsLinux()) return;
        _show = PosixSignalRegistration.Create(User1, context =>
        {
            context.Cancel = true;
            if (control is null) log.NoCache();
            else Show(control.Figures, log);
        });
        _flush = PosixSignalRegistration.Create(User2, context =>
        {
            context.Cancel = true;
            if (control is null) log.NoCache();
            else log.CacheFlushed(control.Flush());
        });
    }

    public void Dispose()
    {
        _show?.Dispose();
        _flush?.Dispose();
    }

    private static void Show(CacheFigures figures, LogEvents log) => log.CacheFigures(
        figures.Entries, figures.Octets, figures.Hits, figures.Misses, figures.Stale, figures.Coalesced, figures.Prefetches, figures.Evictions);
}
