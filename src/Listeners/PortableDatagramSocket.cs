using System.Net;
using System.Net.Sockets;
using DotProxy.Telemetry;

namespace DotProxy.Listeners;

/// <summary>Wherever .NET runs: one datagram a call, and the system chooses the address that a reply leaves from.</summary>
internal sealed class PortableDatagramSocket(Socket socket, Counters counters) : DatagramSocket(socket)
{
    // Receiving and sending happen on different threads, each with its own scratch address.
    private readonly SocketAddress _from = new(socket.AddressFamily);
    private readonly Lock _sending = new();
    private readonly SocketAddress _to = new(socket.AddressFamily);
    private volatile bool _stopped;

    public override bool Receive(DatagramBatch batch)
    {
        batch.Count = 0;
        while (!_stopped)
        {
            try
            {
                int length = Socket.ReceiveFrom(batch.Buffer(0), SocketFlags.None, _from);
                if (_stopped) return false;
                batch.SetReceived(length, _from.Buffer.Span[.._from.Size]);
                return true;
            }
            catch (SocketException exception) when (exception.SocketErrorCode == SocketError.MessageSize)
            {
                counters.Dropped.Increment();
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                if (!_stopped) counters.Unreceived.Increment();
            }
        }
        return false;
    }

    public override void Send(DatagramBatch batch)
    {
        lock (_sending)
        {
            for (int i = 0; i < batch.Count; i++) Send(batch, i);
        }
        batch.Clear();
    }

    /// <summary>The receiver is woken by a datagram of our own: closing the socket would lose the replies still to be sent.</summary>
    public override void StopReceiving()
    {
        _stopped = true;
        try
        {
            using var waker = new Socket(Socket.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            waker.SendTo([], Loopback.Reach(Socket.LocalEndPoint!));
        }
        catch (SocketException)
        {
            Socket.Dispose();
        }
    }

    private void Send(DatagramBatch batch, int index)
    {
        ReadOnlySpan<byte> address = batch.AddressOf(index);
        address.CopyTo(_to.Buffer.Span);
        _to.Size = address.Length;
        try
        {
            Socket.SendTo(batch.Outgoing(index), SocketFlags.None, _to);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            counters.Unsendable.Increment();
        }
    }
}
