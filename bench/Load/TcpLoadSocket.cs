using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using DotProxy.Dns;

namespace DotProxy.Bench.Load;

/// <summary>
/// A TCP connection with pipelined queries (RFC 7766 §6.2.1): those of a batch leave in one write, and answers are taken in any
/// order. A server that closes it, or does not read, loses what is outstanding, and the load does not count.
/// </summary>
internal sealed class TcpLoadSocket(IPEndPoint server, LoadNames names, NameSequence sequence) : LoadSocket(Connect(server), names, sequence)
{
    private const int Frame = WireLimits.StreamLength + LoadNames.QueryLength;
    private const int ReadSize = 64 * 1024;

    private readonly byte[] _sending = new byte[Batch * Frame];
    private readonly byte[] _received = new byte[ReadSize + WireLimits.StreamLength + WireLimits.Message];
    private int _filled;
    private bool _isDead;

    public override void Receive(LoadTally tally)
    {
        int count = Socket.Receive(_received.AsSpan(_filled), SocketFlags.None, out SocketError error);
        if (error == SocketError.WouldBlock) return;
        if (count <= 0)
        {
            _isDead = true;
            return;
        }
        _filled += count;
        long now = Stopwatch.GetTimestamp();
        int consumed = 0;
        while (StreamFrame.TryRead(_received.AsSpan(consumed, _filled - consumed), out ReadOnlySpan<byte> message))
        {
            Outstanding.Take(message, now, tally);
            consumed += WireLimits.StreamLength + message.Length;
        }
        _filled -= consumed;
        _received.AsSpan(consumed, _filled).CopyTo(_received);
    }

    protected override Span<byte> RoomFor(int index)
    {
        Span<byte> frame = _sending.AsSpan(index * Frame, Frame);
        BinaryPrimitives.WriteUInt16BigEndian(frame, LoadNames.QueryLength);
        return frame[WireLimits.StreamLength..];
    }

    protected override int SendPrepared(int count)
    {
        if (_isDead) return 0;
        int octets = Socket.Send(_sending.AsSpan(0, count * Frame), SocketFlags.None, out SocketError error);
        if (error == SocketError.Success && octets == count * Frame) return count;
        // With few queries outstanding the send buffer never fills, unless nobody reads: half a frame cannot be taken back.
        _isDead = error != SocketError.WouldBlock;
        return 0;
    }

    private static Socket Connect(IPEndPoint server)
    {
        var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(server);
        socket.Blocking = false;
        return socket;
    }
}
