using System.Runtime.InteropServices;

namespace DotProxy.Listeners;

/// <summary>
/// SIGTERM and SIGINT, which ask the process to end in good order. It listens from its making on: before anything is announced, or a
/// supervisor that stops early would kill.
/// </summary>
internal sealed class StopSignal : IDisposable
{
    private readonly TaskCompletionSource<string> _came = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PosixSignalRegistration _terminate;
    private readonly PosixSignalRegistration _interrupt;

    public StopSignal()
    {
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Take(context, "SIGTERM"));
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Take(context, "SIGINT"));
    }

    /// <summary>Completes with the name of the first signal that comes.</summary>
    public Task<string> WaitAsync() => _came.Task;

    public void Dispose()
    {
        _terminate.Dispose();
        _interrupt.Dispose();
    }

    private void Take(PosixSignalContext context, string name)
    {
        context.Cancel = true;
        _came.TrySetResult(name);
    }
}
