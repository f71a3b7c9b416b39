using System.Net.Sockets;
using System.Text;

namespace DotProxy.Tests.Fakes;

/// <summary>Somebody at the control socket who may send anything, and read or not.</summary>
internal sealed class ControlPeer : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    private ControlPeer()
    {
    }

    public static async Task<ControlPeer> ConnectAsync(string path)
    {
        var peer = new ControlPeer();
        await peer._socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        return peer;
    }

    /// <summary>Connects, asks, and returns all that comes until the end.</summary>
    public static async Task<string> AskAsync(string path, string request)
    {
        using ControlPeer peer = await ConnectAsync(path);
        await peer.SendAsync(Encoding.UTF8.GetBytes(request));
        return await peer.ReadToEndAsync();
    }

    /// <summary>What the other end does not take in because it has gone is no fault.</summary>
    public async Task SendAsync(byte[] octets)
    {
        try
        {
            using var limit = new CancellationTokenSource(s_patience);
            for (int sent = 0; sent < octets.Length;) sent += await _socket.SendAsync(octets.AsMemory(sent), limit.Token);
        }
        catch (SocketException)
        {
        }
    }

    /// <summary>All that comes until the other end closes or resets; fails where it does neither.</summary>
    public async Task<string> ReadToEndAsync()
    {
        using var limit = new CancellationTokenSource(s_patience);
        var text = new StringBuilder();
        byte[] buffer = new byte[4096];
        try
        {
            while (await _socket.ReceiveAsync(buffer, limit.Token) is > 0 and var count) text.Append(Encoding.UTF8.GetString(buffer, 0, count));
        }
        catch (SocketException)
        {
        }
        return text.ToString();
    }

    public void Dispose() => _socket.Dispose();
}
