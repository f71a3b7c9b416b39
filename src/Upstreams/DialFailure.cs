using System.Net.Sockets;
using System.Security.Authentication;
using DotProxy.Telemetry;

namespace DotProxy.Upstreams;

/// <summary>Turns what .NET throws while dialling or receiving into a cause in few plain words.</summary>
internal static class DialFailure
{
    public static string Describe(Exception exception) => exception switch
    {
        SocketException socket => SocketFault.Describe(socket.SocketErrorCode),
        { InnerException: SocketException socket } => SocketFault.Describe(socket.SocketErrorCode),
        OperationCanceledException => "timed out",
        AuthenticationException => $"TLS handshake failed: {Explain(Innermost(exception))}",
        ObjectDisposedException => "closed",
        _ => Explain(Innermost(exception)),
    };

    /// <summary>What OpenSSL and SslStream say of the usual mistakes, with what they mean here.</summary>
    private static string Explain(string message)
    {
        string? meaning = message switch
        {
            _ when Has("certificate required") => "it wants a client certificate: give --client-cert and --client-key",
            _ when Has("unknown ca") || Has("bad certificate") => "it does not accept our client certificate (--client-cert)",
            _ when Has("no application protocol") => "it does not speak what it is asked to (ALPN refused): DNS over TLS, or HTTP/2 for https://; does something on the way intercept the port?",
            _ when Has("handshake failure") => "no common ground for TLS; it may want a client certificate (--client-cert)",
            _ when Has("protocol version") => "it offers neither TLS 1.2 nor TLS 1.3",
            _ when Has("frame size") || Has("wrong version number") => "what answers there is not TLS",
            _ when Has("unexpected EOF") || Has("0 bytes from the transport") => "closed before the handshake was over",
            _ => null,
        };
        return meaning is null ? message : $"{meaning} ({message})";

        bool Has(string text) => message.Contains(text, StringComparison.OrdinalIgnoreCase);
    }

    private static string Innermost(Exception exception)
    {
        while (exception.InnerException is { } inner) exception = inner;
        return exception.Message.TrimEnd('.');
    }
}
