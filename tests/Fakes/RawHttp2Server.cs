using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace DotProxy.Tests.Fakes;

/// <summary>Agrees on HTTP/2, waits for the preface or a query, and sends octets that no library would. Then it keeps the connection.</summary>
internal sealed class RawHttp2Server : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _stop = new();
    // A preface with its settings is shorter, a query is longer.
    private const int LeastQuery = 200;

    private readonly byte[] _octets;
    private readonly int _least;
    private readonly Task _accepting;
    private int _accepted;

    public RawHttp2Server(byte[] octets, bool afterQuery = false)
    {
        _octets = octets;
        _least = afterQuery ? LeastQuery : 1;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(16);
        EndPoint = (IPEndPoint)_listener.LocalEndPoint!;
        _accepting = AcceptAsync();
    }

    public IPEndPoint EndPoint { get; }

    public string Spec => $"https://{EndPoint}#dot.test";

    public int Accepted => Volatile.Read(ref _accepted);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _stop.Dispose();
    }

    /// <summary>A frame as RFC 9113 §4.1 draws it.</summary>
    public static byte[] Frame(int type, int flags, int stream, params byte[] payload) =>
        [(byte)(payload.Length >> 16), (byte)(payload.Length >> 8), (byte)payload.Length, (byte)type, (byte)flags, 0, 0, (byte)(stream >> 8), (byte)stream, .. payload];

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true) serving.Add(ServeAsync(await _listener.AcceptAsync(_stop.Token)));
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        Interlocked.Increment(ref _accepted);
        try
        {
            await using var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
            await stream.AuthenticateAsServerAsync(
                new SslServerAuthenticationOptions { ServerCertificate = TestCertificates.Server("good"), ApplicationProtocols = [SslApplicationProtocol.Http2] }, _stop.Token);
            byte[] buffer = new byte[65536];
            await stream.ReadAtLeastAsync(buffer, _least, throwOnEndOfStream: true, _stop.Token);
            await stream.WriteAsync(_octets, _stop.Token);
            while (await stream.ReadAsync(buffer, _stop.Token) > 0)
            {
                // Until the client has had enough.
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or AuthenticationException or ObjectDisposedException)
        {
            // The client's right.
        }
    }
}
