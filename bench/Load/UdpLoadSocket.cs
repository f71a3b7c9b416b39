using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using DotProxy.Listeners;

namespace DotProxy.Bench.Load;

/// <summary>A UDP socket, batched both ways through the program's own system calls.</summary>
internal sealed unsafe class UdpLoadSocket(IPEndPoint server, LoadNames names, NameSequence sequence) : LoadSocket(Connect(server), names, sequence)
{
    private const int MessageSize = 1536;
    private const int BufferSize = 2 * 1024 * 1024;

    private readonly DatagramBatch _sending = new(Batch, LoadNames.QueryLength);
    private readonly DatagramBatch _received = new(Batch, MessageSize);

    public override void Receive(LoadTally tally)
    {
        do
        {
            _received.PrepareReceive(withControl: false);
            _received.Count = Math.Max(0, Posix.ReceiveMessages(Socket.SafeHandle, _received.Headers, Batch, Kernel.DontWait, 0));
            long now = Stopwatch.GetTimestamp();
            for (int i = 0; i < _received.Count; i++) Outstanding.Take(_received.Message(i), now, tally);
        }
        while (_received.IsFull);
    }

    protected override Span<byte> RoomFor(int index) => _sending.Buffer(index);

    protected override int SendPrepared(int count)
    {
        // The socket is connected: no address beside the datagram.
        for (int i = 0; i < count; i++) _sending.Add(default, LoadNames.QueryLength);
        _sending.Count = 0;
        return Math.Max(0, Posix.SendMessages(Socket.SafeHandle, _sending.Headers, (uint)count, Kernel.DontWait));
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _sending.Dispose();
        _received.Dispose();
    }

    private static Socket Connect(IPEndPoint server)
    {
        var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = BufferSize };
        socket.Connect(server);
        return socket;
    }
}
