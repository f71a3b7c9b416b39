using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using CsCheck;
using DotProxy.Listeners;
using DotProxy.Telemetry;
using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.Listeners;

/// <summary>Replies that leave as one datagram and are cut by the kernel: each client gets its own, whole, and no other.</summary>
public sealed unsafe class JoinedRepliesTests
{
    private const int MostOctets = 1232;

    // socket(7): a socket that computes no checksums, which the kernel refuses to cut datagrams for.
    private const int OptionNoChecksum = 11;

    private static readonly Gen<(int Peer, int Length)[]> s_replies =
        Gen.Select(Gen.Int[0, 2], Gen.OneOf(Gen.Const(60), Gen.Int[12, MostOctets])).Array[1, 80];

    [Fact]
    public void Equal_ones_to_one_client_share_a_header_and_a_shorter_one_ends_it()
    {
        using DatagramBatch batch = Batch((1, 60), (1, 60), (1, 50), (1, 50));
        Assert.Equal((4, 2, 3), (batch.Count, batch.HeaderCount, (int)batch.Headers[0].Header.VectorCount));
        Assert.Equal(60, SegmentOf(batch.Headers[0].Header));
        Assert.True(batch.Headers[1].Header.Control is null);
    }

    [Fact]
    public void Two_of_any_length_are_joined_the_longer_first()
    {
        using DatagramBatch batch = Batch((1, 50), (1, 200));
        Assert.Equal((1, 200), (batch.HeaderCount, SegmentOf(batch.Headers[0].Header)));
        Assert.Equal([200, 50], LengthsOf(batch.Headers[0].Header));
    }

    [Fact]
    public void Those_to_different_clients_or_from_different_addresses_stay_apart()
    {
        Assert.Equal([1, 1, 1], Shares((1, 60), (2, 60), (1, 60)));
        using var batch = new DatagramBatch(2, MostOctets);
        DatagramPeer one = PeerOf(1), other = one;
        (one.ControlLength, other.ControlLength) = (32, 32);
        other.Control[20] ^= 1;
        batch.Add(one, 60, mayJoin: true);
        batch.Add(other, 60, mayJoin: true);
        Assert.Equal(2, batch.HeaderCount);
    }

    [Fact]
    public void A_header_holds_no_more_than_the_kernel_takes()
    {
        Assert.Equal([64, 16], Shares([.. Enumerable.Repeat((1, 60), 80)]));
        Assert.Equal([52, 12], Shares([.. Enumerable.Repeat((1, MostOctets), 64)]));
    }

    [Fact]
    public void Nothing_is_joined_where_the_system_cannot_cut()
    {
        using var batch = new DatagramBatch(2, MostOctets);
        batch.Add(PeerOf(1), 60);
        batch.Add(PeerOf(1), 60);
        Assert.Equal(2, batch.HeaderCount);
    }

    [Fact]
    public void Whatever_is_joined_cutting_gives_each_client_its_own() =>
        s_replies.Sample(replies =>
        {
            using DatagramBatch batch = Batch(replies);
            var cut = new List<(int Peer, int Length, byte Mark)>();
            for (int i = 0; i < batch.HeaderCount; i++) cut.AddRange(Cut(batch.Headers[i].Header));
            Assert.Equal(replies.Select((reply, index) => (reply.Peer, reply.Length, (byte)index)).Order(), cut.Order());
        });

    [Theory]
    [InlineData("127.0.0.1", false)]
    [InlineData("127.0.0.1", true)]
    [InlineData("::1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("0.0.0.0", true)]
    public void Clients_get_their_replies_whether_the_kernel_cuts_or_refuses(string address, bool refuses)
    {
        Assert.SkipUnless(BatchedDatagramSocket.IsSupported, "the batched calls are Linux's");
        var counters = new Counters();
        var bind = new IPEndPoint(IPAddress.Parse(address), 0);
        using var socket = new Socket(bind.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        BatchedDatagramSocket.PrepareToBind(socket, bind);
        if (refuses) socket.SetRawSocketOption(Posix.LevelSocket, OptionNoChecksum, BitConverter.GetBytes(1));
        socket.Bind(bind);
        using var server = new BatchedDatagramSocket(socket, counters);
        Assert.True(server.CanJoin);
        using Socket one = ClientOf(socket), other = ClientOf(socket);
        using DatagramBatch received = new(2, MostOctets), replies = new(64, MostOctets);
        DatagramPeer first = PeerFrom(one, server, received), second = PeerFrom(other, server, received);

        int[] lengths = [60, 60, 60, 40, 700, 700, 30, 31, MostOctets, MostOctets, 12];
        foreach (int length in lengths) Add(replies, first, length, mark: 1);
        foreach (int length in lengths) Add(replies, second, length, mark: 2);
        Assert.True(replies.HeaderCount < replies.Count);
        server.Send(replies);

        Assert.Equal((0, 0), (replies.Count, replies.HeaderCount));
        Assert.Equal(lengths.Order(), Enumerable.Range(0, lengths.Length).Select(_ => ReceiveMarked(one, 1)).Order());
        Assert.Equal(lengths.Order(), Enumerable.Range(0, lengths.Length).Select(_ => ReceiveMarked(other, 2)).Order());
        Assert.Equal((0, 0, 0L), (one.Available, other.Available, counters.Unsendable.Value));
    }

    private static void Add(DatagramBatch batch, in DatagramPeer peer, int length, byte mark)
    {
        batch.Buffer(batch.Count)[..length].Fill(mark);
        batch.Add(peer, length, mayJoin: true);
    }

    private static DatagramBatch Batch(params (int Peer, int Length)[] replies)
    {
        var batch = new DatagramBatch(replies.Length, MostOctets);
        for (int i = 0; i < replies.Length; i++) Add(batch, PeerOf(replies[i].Peer), replies[i].Length, (byte)i);
        return batch;
    }

    private static int[] Shares(params (int Peer, int Length)[] replies)
    {
        using DatagramBatch batch = Batch(replies);
        int[] shares = new int[batch.HeaderCount];
        for (int i = 0; i < shares.Length; i++) shares[i] = (int)batch.Headers[i].Header.VectorCount;
        return shares;
    }

    private static DatagramPeer PeerOf(int address)
    {
        DatagramPeer peer = default;
        peer.Address[7] = (byte)address;
        peer.AddressLength = 16;
        return peer;
    }

    private static DatagramPeer PeerFrom(Socket client, BatchedDatagramSocket server, DatagramBatch received)
    {
        client.Send([1]);
        Assert.True(server.Receive(received));
        DatagramPeer peer = default;
        received.GetPeer(0, ref peer);
        return peer;
    }

    private static Socket ClientOf(Socket server)
    {
        var client = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 5000 };
        client.Connect(Loopback.Reach(server.LocalEndPoint!));
        return client;
    }

    private static int ReceiveMarked(Socket client, byte mark)
    {
        Span<byte> buffer = stackalloc byte[2 * MostOctets];
        int length = client.Receive(buffer);
        Assert.Equal(-1, buffer[..length].IndexOfAnyExcept(mark));
        return length;
    }

    private static int SegmentOf(in Posix.MessageHeader header) => MemoryMarshal.Read<ushort>(new ReadOnlySpan<byte>(header.Control, (int)header.ControlLength)[16..]);

    private static int[] LengthsOf(in Posix.MessageHeader header)
    {
        int[] lengths = new int[header.VectorCount];
        for (int i = 0; i < lengths.Length; i++) lengths[i] = (int)header.Vectors[i].Length;
        return lengths;
    }

    /// <summary>What the kernel does: the vectors in a row, cut into segments.</summary>
    private static List<(int Peer, int Length, byte Mark)> Cut(in Posix.MessageHeader header)
    {
        var octets = new List<byte>();
        for (nuint i = 0; i < header.VectorCount; i++) octets.AddRange(new ReadOnlySpan<byte>(header.Vectors[i].Base, (int)header.Vectors[i].Length));
        int segment = header.VectorCount == 1 ? octets.Count : SegmentOf(header);
        byte peer = header.Name[7];
        return [.. octets.Chunk(segment).Select(chunk => ((int)peer, chunk.Length, Assert.Single(chunk.Distinct())))];
    }
}
