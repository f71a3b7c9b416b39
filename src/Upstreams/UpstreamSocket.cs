using System.Net.Sockets;

namespace DotProxy.Upstreams;

/// <summary>The sockets that upstreams are reached through.</summary>
internal static class UpstreamSocket
{
    // tcp(7), linux/tcp.h; .NET has no name for it.
    private const int LevelTcp = 6, OptionUserTimeout = 18;

    /// <summary>Makes one that sends without delay, and that ends where what it sends stays unacknowledged for too long.</summary>
    /// <param name="unacknowledged">
    /// How long. Without it the kernel goes on for a quarter of an hour on a path that is gone, where nobody looks once the queries on it
    /// have been answered otherwise. Keepalive beside it would find such a path before a query does, at the price of waking idle machines;
    /// a query that does is asked again in time.
    /// </param>
    public static Socket Create(AddressFamily family, TimeSpan unacknowledged)
    {
        var socket = new Socket(family, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (!OperatingSystem.IsLinux()) return socket;
        try
        {
            socket.SetRawSocketOption(LevelTcp, OptionUserTimeout, BitConverter.GetBytes((uint)unacknowledged.TotalMilliseconds));
        }
        catch (SocketException)
        {
            // A sandbox without it: the sweep finds dead connections too, while queries are in flight on them.
        }
        return socket;
    }
}
