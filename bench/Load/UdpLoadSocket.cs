using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using DotProxy.Listeners;

namespace DotProxy.Bench.Load;

/// <summary>
/// A UDP socket. A batch of queries leaves as one large datagram that the kernel cuts into single ones (udp(7), UDP_SEGMENT), because
/// the generator must not be slower than what it measures; the answers are taken in one call, as the program takes its queries.
/// </summary>
internal sealed unsafe class UdpLoadSocket(IPEndPoint server, LoadNames names, NameSequence sequence) : LoadSocket(Connect(server), names, sequence)
{
    private const int MessageSize = 1536;
    private const int BufferSize = 2 * 1024 * 1024;

    private readonly byte[] _sending = new byte[Batch * LoadNames.QueryLength];
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

    protected override Span<byte> RoomFor(int index) => _sending.AsSpan(index * LoadNames.QueryLength, LoadNames.QueryLength);

    protected override int SendPrepared(int count)
    {
        int octets = Socket.Send(_sending.AsSpan(0, count * LoadNames.QueryLength), SocketFlags.None, out SocketError error);
        return error == SocketError.Success ? octets / LoadNames.QueryLength : 0;
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _received.Dispose();
    }

    private static Socket Connect(IPEndPoint server)
    {
        var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = BufferSize };
        socket.SetRawSocketOption(Posix.LevelUdp, Posix.OptionSegment, BitConverter.GetBytes(LoadNames.QueryLength));
        socket.Connect(server);
        socket.Blocking = false;
        return socket;
    }
}
