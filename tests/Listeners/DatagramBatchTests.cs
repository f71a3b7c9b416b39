using DotProxy.Listeners;

namespace DotProxy.Tests.Listeners;

public sealed class DatagramBatchTests
{
    private static readonly byte[] s_address = [2, 0, 0x14, 0xE9, 192, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0];

    [Fact]
    public void Every_slot_has_a_buffer_of_its_own()
    {
        using var batch = new DatagramBatch(64, 1232);
        for (int i = 0; i < 64; i++) batch.Buffer(i).Fill((byte)i);
        for (int i = 0; i < 64; i++)
        {
            Assert.Equal(1232, batch.Buffer(i).Length);
            Assert.Equal(-1, batch.Buffer(i).IndexOfAnyExcept((byte)i));
        }
    }

    [Fact]
    public void What_was_received_by_the_portable_way_is_there_with_its_peer()
    {
        using var batch = new DatagramBatch(4, 512);
        ((byte[])[1, 2, 3]).CopyTo(batch.Buffer(0));
        batch.SetReceived(3, s_address);

        DatagramPeer peer = default;
        batch.GetPeer(0, ref peer);
        Assert.Equal((1, false, false), (batch.Count, batch.IsFull, batch.IsCut(0)));
        Assert.Equal([1, 2, 3], batch.Message(0).ToArray());
        Assert.Equal(s_address, ((ReadOnlySpan<byte>)peer.Address)[..peer.AddressLength].ToArray());
        Assert.Equal(0, peer.ControlLength);
    }

    [Fact]
    public unsafe void A_reply_goes_to_its_peer_from_the_address_that_was_asked()
    {
        using var batch = new DatagramBatch(2, 512);
        DatagramPeer plain = PeerWith(address: 1, addressLength: 16, controlLength: 0), wildcard = PeerWith(address: 100, addressLength: 28, controlLength: 40);

        batch.Buffer(0).Fill(7);
        batch.Add(plain, 5);
        batch.Buffer(1).Fill(8);
        batch.Add(wildcard, 512);

        Assert.True(batch.IsFull);
        Assert.Equal([7, 7, 7, 7, 7], batch.Outgoing(0).ToArray());
        Assert.Equal(512, batch.Outgoing(1).Length);
        Assert.Equal(16, batch.AddressOf(0).Length);
        Assert.Equal(((ReadOnlySpan<byte>)wildcard.Address).ToArray(), batch.AddressOf(1).ToArray());
        Assert.True(batch.Headers[0].Header.Control is null);
        Assert.Equal(((ReadOnlySpan<byte>)wildcard.Control).ToArray(), new ReadOnlySpan<byte>(batch.Headers[1].Header.Control, 40).ToArray());
        Assert.Equal(40u, batch.Headers[1].Header.ControlLength);
    }

    [Fact]
    public void A_slot_that_once_told_its_local_address_can_be_used_for_one_that_does_not()
    {
        using var batch = new DatagramBatch(1, 512);
        batch.Add(PeerWith(1, 28, 40), 10);
        batch.Clear();
        batch.Add(PeerWith(1, 16, 0), 10);
        DatagramPeer peer = default;
        batch.GetPeer(0, ref peer);
        Assert.Equal((16, 0), (peer.AddressLength, peer.ControlLength));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public unsafe void Slots_that_the_kernel_filled_are_ready_for_it_again(bool withControl)
    {
        using var batch = new DatagramBatch(3, 512);
        batch.PrepareReceive(withControl);
        for (int i = 0; i < 2; i++)
        {
            ref Posix.MessageHeader header = ref batch.Headers[i].Header;
            header.NameLength = 16;
            header.ControlLength = 1;
            header.Flags = Posix.MessageTruncated;
        }
        batch.Count = 2;
        Assert.True(batch.IsCut(0));

        batch.PrepareReceive(withControl);
        for (int i = 0; i < 3; i++)
        {
            Posix.MessageHeader header = batch.Headers[i].Header;
            Assert.Equal((28u, withControl ? 40u : 0u, 0), (header.NameLength, (uint)header.ControlLength, header.Flags));
            Assert.Equal(withControl, header.Control is not null);
            Assert.Equal(512u, (uint)header.Vectors->Length);
        }
    }

    [Fact]
    public unsafe void The_kernels_structures_are_aligned_as_it_wants_them()
    {
        using var batch = new DatagramBatch(5, 513);
        for (int i = 0; i < 5; i++)
        {
            Posix.MessageHeader header = batch.Headers[i].Header;
            Assert.Equal(0, (nint)(batch.Headers + i) % 8);
            Assert.Equal(0, (nint)header.Name % 4);
            Assert.Equal(0, (nint)header.Vectors % 8);
        }
        batch.PrepareReceive(withControl: true);
        for (int i = 0; i < 5; i++) Assert.Equal(0, (nint)batch.Headers[i].Header.Control % 8);
    }

    private static DatagramPeer PeerWith(byte address, byte addressLength, byte controlLength)
    {
        DatagramPeer peer = default;
        ((Span<byte>)peer.Address).Fill(address);
        ((Span<byte>)peer.Control).Fill((byte)(address + 1));
        peer.AddressLength = addressLength;
        peer.ControlLength = controlLength;
        return peer;
    }
}
