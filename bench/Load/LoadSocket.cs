using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using DotProxy.Dns;
using DotProxy.Listeners;

namespace DotProxy.Bench.Load;

/// <summary>
/// A UDP socket with the queries outstanding on it, by ID: they go up one by one, so that the oldest is always the next to be
/// given up. Batched both ways through the program's own system calls. Owns the socket.
/// </summary>
internal sealed unsafe class LoadSocket : IDisposable
{
    public const int Batch = 32;

    private const int MessageSize = 1536;
    private const int BufferSize = 2 * 1024 * 1024;
    private const int Ids = ushort.MaxValue + 1;

    private readonly Socket _socket;
    private readonly UniqueNames _names;
    private readonly DatagramBatch _sending = new(Batch, UniqueNames.QueryLength);
    private readonly DatagramBatch _received = new(Batch, MessageSize);
    private readonly long[] _sentAt = new long[Ids];
    private readonly uint[] _numbers = new uint[Ids];
    private ushort _next;
    private ushort _oldest;

    public LoadSocket(IPEndPoint server, UniqueNames names)
    {
        _names = names;
        _socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = BufferSize };
        _socket.Connect(server);
    }

    public int Descriptor => (int)_socket.Handle;

    public int Outstanding { get; private set; }

    /// <summary>Sends queries from number <paramref name="first"/> on, one batch at most; returns how many left.</summary>
    public int Send(int count, uint first)
    {
        long now = Stopwatch.GetTimestamp();
        count = Math.Min(count, Math.Min(Batch, Ids - 1 - (ushort)(_next - _oldest)));
        for (int i = 0; i < count; i++) Prepare((ushort)(_next + i), first + (uint)i, now);
        int sent = count == 0 ? 0 : Math.Max(0, Posix.SendMessages(_socket.SafeHandle, _sending.Headers, (uint)count, Kernel.DontWait));
        _sending.Count = 0;
        for (int i = sent; i < count; i++) _sentAt[(ushort)(_next + i)] = 0;
        _next += (ushort)sent;
        Outstanding += sent;
        return sent;
    }

    /// <summary>Takes all the answers that are there.</summary>
    public void Receive(LoadTally tally)
    {
        do
        {
            _received.PrepareReceive(withControl: false);
            _received.Count = Math.Max(0, Posix.ReceiveMessages(_socket.SafeHandle, _received.Headers, Batch, Kernel.DontWait, 0));
            long now = Stopwatch.GetTimestamp();
            for (int i = 0; i < _received.Count; i++) Take(_received.Message(i), now, tally);
        }
        while (_received.IsFull);
    }

    /// <summary>Gives up what was sent before <paramref name="limit"/>.</summary>
    public void Expire(long limit, LoadTally tally)
    {
        for (; _oldest != _next; _oldest++)
        {
            long sentAt = _sentAt[_oldest];
            if (sentAt == 0) continue;
            if (sentAt >= limit) return;
            _sentAt[_oldest] = 0;
            Outstanding--;
            tally.Lost++;
        }
    }

    public void Dispose()
    {
        _socket.Dispose();
        _sending.Dispose();
        _received.Dispose();
    }

    private void Prepare(ushort id, uint number, long now)
    {
        _names.WriteQuery(_sending.Buffer(_sending.Count), id, number);
        // The socket is connected: no address beside the datagram.
        _sending.Add(default, UniqueNames.QueryLength);
        _sentAt[id] = now;
        _numbers[id] = number;
    }

    private void Take(ReadOnlySpan<byte> message, long now, LoadTally tally)
    {
        ushort id = message.Length < WireLimits.Header ? (ushort)0 : BinaryPrimitives.ReadUInt16BigEndian(message);
        long sentAt = _sentAt[id];
        if (sentAt == 0 || message.Length < WireLimits.Header)
        {
            tally.Stray++;
            return;
        }
        _sentAt[id] = 0;
        Outstanding--;
        bool asks = _names.Asks(message, _numbers[id]), good = asks && UniqueNames.AnswersRightly(message);
        tally.Answer(sentAt, now, good);
        bool isMixedUp = !asks || (!good && (message[3] & (int)HeaderFlags.RcodeMask) == (int)Rcode.NoError);
        if (isMixedUp) tally.Wrong++;
    }
}
