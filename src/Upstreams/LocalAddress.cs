using System.Net;
using System.Net.Sockets;

namespace DotProxy.Upstreams;

/// <summary>The address of ours that a connection would have.</summary>
internal static class LocalAddress
{
    /// <summary>As the routes are now; null where none leads there. A connected UDP socket is asked, which sends nothing.</summary>
    public static IPAddress? Towards(IPEndPoint remote)
    {
        try
        {
            using var socket = new Socket(remote.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            socket.Connect(remote);
            return ((IPEndPoint)socket.LocalEndPoint!).Address;
        }
        catch (SocketException)
        {
            return null;
        }
    }
}
