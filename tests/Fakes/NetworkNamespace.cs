using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace DotProxy.Tests.Fakes;

/// <summary>
/// A network of its own, with loopback alone and up, where addresses and routes can be changed without harm. It is entered by one thread:
/// sockets that are made there, and programs that are started there, are in it. Root only.
/// </summary>
internal sealed partial class NetworkNamespace : IDisposable
{
    private const int NewNetwork = 0x40000000;

    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _thread;

    private NetworkNamespace()
    {
        _thread = new Thread(() =>
        {
            foreach (Action act in _work.GetConsumingEnumerable()) act();
        });
        _thread.Start();
    }

    /// <summary>Makes one, or skips the test where that cannot be.</summary>
    public static async Task<NetworkNamespace> CreateAsync()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "a network namespace takes root");
        Assert.SkipUnless(((string[])["/sbin/ip", "/usr/sbin/ip", "/bin/ip"]).Any(File.Exists), "iproute2 is not installed");
        var made = new NetworkNamespace();
        bool isMade = await made.RunAsync(() => Task.FromResult(Unshare(NewNetwork) == 0));
        if (!isMade) made.Dispose();
        Assert.SkipUnless(isMade, "this system makes no network namespaces for us");
        await made.IpAsync("link set lo up");
        return made;
    }

    /// <summary>Begins it on the thread that is in the namespace; what follows its first pause runs anywhere.</summary>
    public async Task<T> RunAsync<T>(Func<Task<T>> begin)
    {
        var begun = new TaskCompletionSource<Task<T>>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() => begun.SetResult(begin()));
        return await await begun.Task;
    }

    /// <summary>Runs <c>ip</c> with these words.</summary>
    public async Task IpAsync(string words)
    {
        Tool.Result result = await RunAsync(() => Tool.RunAsync("ip", words.Split(' ')));
        Assert.True(result.ExitCode == 0, $"ip {words}: {result.Output}");
    }

    public void Dispose()
    {
        _work.CompleteAdding();
        _thread.Join();
        _work.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Unshare(int flags);
}
