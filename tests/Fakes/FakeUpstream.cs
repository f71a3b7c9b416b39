using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace DotProxy.Tests.Fakes;

/// <summary>What the fake does with one query.</summary>
internal sealed record FakeReply(params byte[][] Messages)
{
    public TimeSpan Delay { get; init; }

    /// <summary>Ends the connection behind this reply, in good order: what it had not answered by then is never answered.</summary>
    public bool ThenClose { get; init; }

    /// <summary>Reads nothing more behind this query, and keeps the connection.</summary>
    public bool ThenFreeze { get; init; }

    /// <summary>Each octet in a TLS record of its own.</summary>
    public bool InFragments { get; init; }
}

/// <summary>A DNS-over-TLS server on loopback that does what a test says, and counts.</summary>
internal sealed class FakeUpstream : IAsyncDisposable
{
    private readonly Socket _listener;
    private readonly SslServerAuthenticationOptions _options;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Socket, Task> _connections = new();
    private readonly Func<byte[], int, FakeReply> _script;
    private readonly TimeSpan? _idleClose;
    private readonly Task _accepting;
    private bool _isDisposed;
    private int _accepted, _handshakes, _answered;

    /// <param name="script">Called for each query with its number on its connection, from 1.</param>
    /// <param name="at">Where to listen; a free port where null.</param>
    /// <param name="receiveBuffer">Octets that the kernel takes in while nobody reads; its own choice where null.</param>
    public FakeUpstream(
        Func<byte[], int, FakeReply>? script = null, string certificate = "good", TimeSpan? idleClose = null, IPEndPoint? at = null, int? receiveBuffer = null)
    {
        _script = script ?? ((query, _) => new FakeReply(Wire.Answer(query)));
        _idleClose = idleClose;
        _options = new SslServerAuthenticationOptions
        {
            ServerCertificate = TestCertificates.Server(certificate),
            ApplicationProtocols = [new SslApplicationProtocol("dot")],
            ClientCertificateRequired = false,
        };
        _listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        if (receiveBuffer is { } octets) _listener.ReceiveBufferSize = octets;
        _listener.Bind(at ?? new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(512);
        EndPoint = (IPEndPoint)_listener.LocalEndPoint!;
        _accepting = AcceptAsync();
    }

    public IPEndPoint EndPoint { get; }

    public string Spec => $"tls://{EndPoint}#dot.test";

    public int Accepted => _accepted;

    public int Handshakes => _handshakes;

    /// <summary>Connections that neither side has ended.</summary>
    public int Open => _connections.Values.Count(serving => !serving.IsCompleted);

    public int Answered => _answered;

    /// <summary>Every query that came, decrypted.</summary>
    public ConcurrentQueue<byte[]> Queries { get; } = new();

    /// <summary>Everything that came over the wire, as anybody on the path sees it.</summary>
    public Wiretap Wiretap { get; } = new();

    /// <summary>Cuts every connection, without a word.</summary>
    public void CutAll()
    {
        foreach (Socket socket in _connections.Keys)
        {
            try
            {
                socket.LingerState = new LingerOption(enable: true, seconds: 0);
                socket.Dispose();
            }
            catch (ObjectDisposedException)
            {
                // It was ended already.
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        foreach (Socket socket in _connections.Keys) socket.Dispose();
        await Task.WhenAll(_connections.Values);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                Socket socket = await _listener.AcceptAsync(_stop.Token);
                socket.NoDelay = true;
                Interlocked.Increment(ref _accepted);
                _connections[socket] = ServeAsync(socket);
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        await Task.Yield();
        try
        {
            // A client that was cut off while it waited to be accepted fails here already.
            await using var stream = new SslStream(new TappedStream(socket, Wiretap));
            await stream.AuthenticateAsServerAsync(_options, _stop.Token);
            Interlocked.Increment(ref _handshakes);
            await AnswerAsync(stream);
        }
        catch (Exception exception) when (exception is AuthenticationException or IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // The proxy, or the test, ended it.
        }
        finally
        {
            socket.Dispose();
        }
    }

    private async Task AnswerAsync(SslStream stream)
    {
        using var writing = new SemaphoreSlim(1);
        var late = new List<Task>();
        for (int number = 1; await ReadAsync(stream) is { } query; number++)
        {
            Queries.Enqueue(query);
            FakeReply reply = _script(query, number);
            if (reply.Delay > TimeSpan.Zero) late.Add(WriteLaterAsync(stream, reply, writing));
            else await WriteAsync(stream, reply, writing);
            if (reply.ThenFreeze) await Task.Delay(Timeout.InfiniteTimeSpan, _stop.Token);
            if (!reply.ThenClose) continue;
            await stream.ShutdownAsync();
            return;
        }
        await Task.WhenAll(late);
    }

    private async Task WriteLaterAsync(SslStream stream, FakeReply reply, SemaphoreSlim writing)
    {
        try
        {
            await Task.Delay(reply.Delay, _stop.Token);
            await WriteAsync(stream, reply, writing);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // Nobody waits for it any more.
        }
    }

    private async Task WriteAsync(SslStream stream, FakeReply reply, SemaphoreSlim writing)
    {
        await writing.WaitAsync(_stop.Token);
        try
        {
            foreach (byte[] message in reply.Messages)
            {
                byte[] framed = Wire.Framed(message);
                int piece = reply.InFragments ? 1 : framed.Length;
                for (int i = 0; i < framed.Length; i += piece) await stream.WriteAsync(framed.AsMemory(i, piece), _stop.Token);
                Interlocked.Increment(ref _answered);
            }
        }
        finally
        {
            writing.Release();
        }
    }

    /// <summary>The next query; null at the end of the stream, or when it was idle too long.</summary>
    private async Task<byte[]?> ReadAsync(SslStream stream)
    {
        byte[] length = new byte[2];
        using var idle = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        if (_idleClose is { } limit) idle.CancelAfter(limit);
        try
        {
            if (await stream.ReadAtLeastAsync(length, 2, throwOnEndOfStream: false, idle.Token) < 2) return null;
        }
        catch (OperationCanceledException) when (!_stop.IsCancellationRequested)
        {
            await stream.ShutdownAsync();
            return null;
        }
        byte[] message = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
        await stream.ReadExactlyAsync(message, _stop.Token);
        return message;
    }
}
