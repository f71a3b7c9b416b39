using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace DotProxy.Tests.Fakes;

/// <summary>One query as it came to the <see cref="PlainServer"/>.</summary>
/// <param name="Number">Of all that came, from 1.</param>
internal sealed record PlainQuery(byte[] Message, bool OverTcp, int Number, int Port);

/// <summary>A DNS server over UDP and TCP in clear, on one loopback port, that answers what a test says.</summary>
internal sealed class PlainServer : IAsyncDisposable
{
    private readonly Func<PlainQuery, byte[][]> _script;
    private readonly CancellationTokenSource _stop = new();
    private readonly Socket _udp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly Socket _tcp = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Task _running;
    private bool _isDisposed;

    /// <param name="script">The messages to send back; none for silence, which over TCP ends the connection.</param>
    public PlainServer(Func<PlainQuery, byte[][]>? script = null)
    {
        _script = script ?? (query => [Wire.Answer(query.Message)]);
        _tcp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _tcp.Listen();
        EndPoint = (IPEndPoint)_tcp.LocalEndPoint!;
        _udp.Bind(EndPoint);
        _running = Task.WhenAll(ReceiveAsync(), AcceptAsync());
    }

    public IPEndPoint EndPoint { get; }

    public ConcurrentQueue<PlainQuery> Queries { get; } = new();

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        await _stop.CancelAsync();
        _udp.Dispose();
        _tcp.Dispose();
        await _running;
        _stop.Dispose();
    }

    private byte[][] Answer(byte[] message, bool overTcp, EndPoint client)
    {
        lock (Queries)
        {
            var query = new PlainQuery(message, overTcp, Queries.Count + 1, ((IPEndPoint)client).Port);
            Queries.Enqueue(query);
            return _script(query);
        }
    }

    private async Task ReceiveAsync()
    {
        byte[] buffer = new byte[65536];
        try
        {
            while (true)
            {
                SocketReceiveFromResult received = await _udp.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0), _stop.Token);
                foreach (byte[] message in Answer(buffer[..received.ReceivedBytes], overTcp: false, received.RemoteEndPoint))
                    await _udp.SendToAsync(message, SocketFlags.None, received.RemoteEndPoint, _stop.Token);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true) serving.Add(ServeAsync(await _tcp.AcceptAsync(_stop.Token)));
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            await using var stream = new NetworkStream(socket, ownsSocket: true);
            byte[] length = new byte[2];
            while (await stream.ReadAtLeastAsync(length, 2, throwOnEndOfStream: false, _stop.Token) == 2)
            {
                byte[] message = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
                await stream.ReadExactlyAsync(message, _stop.Token);
                byte[][] replies = Answer(message, overTcp: true, socket.RemoteEndPoint!);
                if (replies.Length == 0) return;
                foreach (byte[] reply in replies) await stream.WriteAsync(Wire.Framed(reply), _stop.Token);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
        {
            // The client, or the test, ended it.
        }
    }
}
