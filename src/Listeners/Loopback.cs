using System.Net;

namespace DotProxy.Listeners;

/// <summary>How a process reaches its own listener.</summary>
internal static class Loopback
{
    /// <summary>A wildcard cannot be sent to; the loopback address of its family can.</summary>
    public static IPEndPoint Reach(EndPoint bound)
    {
        var local = (IPEndPoint)bound;
        if (local.Address.Equals(IPAddress.Any)) return new IPEndPoint(IPAddress.Loopback, local.Port);
        return local.Address.Equals(IPAddress.IPv6Any) ? new IPEndPoint(IPAddress.IPv6Loopback, local.Port) : local;
    }
}
