namespace DotProxy.Listeners;

/// <summary>How .NET serves its asynchronous sockets. It reads these variables once, before the first socket.</summary>
internal static class SocketEvents
{
    /// <summary>
    /// Completions run on the event thread itself: a hop to the thread pool costs more than the work they do, and without it the
    /// latency is about half. In return nothing on that thread may block. Half the cores leave the others to the UDP loops.
    /// </summary>
    public static void Configure()
    {
        int threads = Math.Max(1, Environment.ProcessorCount / 2);
        Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
        Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT", threads.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }
}
