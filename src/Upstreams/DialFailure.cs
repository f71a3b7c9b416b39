using System.Net.Sockets;
using System.Security.Authentication;

namespace DotProxy.Upstreams;

/// <summary>Turns what .NET throws while dialling or receiving into a cause in few plain words.</summary>
internal static class DialFailure
{
    public static string Describe(Exception exception) => exception switch
    {
        SocketException socket => Describe(socket.SocketErrorCode),
        { InnerException: SocketException socket } => Describe(socket.SocketErrorCode),
        OperationCanceledException => "timed out",
        AuthenticationException => $"TLS handshake failed: {Innermost(exception)}",
        ObjectDisposedException => "closed",
        _ => Innermost(exception),
    };

    private static string Describe(SocketError error) => error switch
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

    private static string Innermost(Exception exception)
    {
        while (exception.InnerException is { } inner) exception = inner;
        return exception.Message.TrimEnd('.');
    }
}
