using System.Runtime.InteropServices;

namespace DotProxy.Listeners;

/// <summary>SIGTERM and SIGINT, which ask the process to end in good order.</summary>
internal static class StopSignal
{
    /// <summary>Completes with the name of the first signal that comes.</summary>
    public static async Task<string> WaitAsync()
    {
        var came = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Take(context, "SIGTERM"));
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Take(context, "SIGINT"));
        return await came.Task;

        void Take(PosixSignalContext context, string name)
        {
            context.Cancel = true;
            came.TrySetResult(name);
        }
    }
}
