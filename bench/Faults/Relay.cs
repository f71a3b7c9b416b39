using System.Net;
using System.Net.Sockets;

namespace DotProxy.Bench.Faults;

/// <summary>Passes connections on to a server, and does to them what a bad path does.</summary>
internal sealed class Relay : IDisposable
{
    private readonly IPEndPoint _address;
    private readonly IPEndPoint _server;
    private readonly Lock _lock = new();
    private readonly List<Socket> _open = [];
    private Socket? _listener;

    public Relay(IPEndPoint address, IPEndPoint server)
    {
        _address = address;
        _server = server;
        Listen();
    }

    /// <summary>How long the first octets of a connection are held back.</summary>
    public TimeSpan HandshakeDelay { get; set; }

    public void Listen()
    {
        if (_listener is not null) return;
        var listener = new Socket(_address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, optionValue: true);
        listener.Bind(_address);
        listener.Listen(128);
        _listener = listener;
        _ = AcceptAsync(listener);
    }

    /// <summary>Connections are refused from here on.</summary>
    public void Refuse()
    {
        _listener?.Dispose();
        _listener = null;
    }

    /// <summary>Resets every connection.</summary>
    public void Reset()
    {
        lock (_lock)
        {
            foreach (Socket socket in _open)
            {
                try
                {
                    socket.LingerState = new LingerOption(enable: true, seconds: 0);
                }
                catch (ObjectDisposedException)
                {
                    // It has ended by itself.
                }
                socket.Dispose();
            }
            _open.Clear();
        }
    }

    public void Dispose()
    {
        Refuse();
        Reset();
    }

    private async Task AcceptAsync(Socket listener)
    {
        try
        {
            while (true) _ = ServeAsync(await listener.AcceptAsync());
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Refusing from here on.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        var server = new Socket(_server.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        lock (_lock) _open.AddRange([client, server]);
        try
        {
            client.NoDelay = server.NoDelay = true;
            await Task.Delay(HandshakeDelay);
            await server.ConnectAsync(_server);
            await Task.WhenAny(CopyAsync(client, server), CopyAsync(server, client));
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Either side has ended it, or the run has.
        }
        client.Dispose();
        server.Dispose();
        lock (_lock) _open.RemoveAll(socket => socket == client || socket == server);
    }

    private static async Task CopyAsync(Socket from, Socket to)
    {
        byte[] buffer = new byte[16 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is var count and > 0) await to.SendAsync(buffer.AsMemory(0, count));
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The other direction ends with it.
        }
    }
}
