using System.Net.Sockets;

namespace DotProxy.Telemetry;

/// <summary>A socket's errors in few plain words.</summary>
internal static class SocketFault
{
    public static string Describe(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => "connection refused",
        SocketError.TimedOut => "timed out",
        SocketError.NetworkUnreachable or SocketError.NetworkDown => "network unreachable",
        SocketError.HostUnreachable or SocketError.HostDown => "host unreachable",
        SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown => "connection reset",
        SocketError.OperationAborted => "closed",
        SocketError.AddressFamilyNotSupported or SocketError.AddressNotAvailable => "this system has no such kind of address",
        SocketError.TooManyOpenSockets => "too many open files here; raise the limit (ulimit -n)",
        _ => error.ToString(),
    };
}
