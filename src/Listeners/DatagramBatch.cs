using System.Diagnostics;
using System.Runtime.InteropServices;

namespace DotProxy.Listeners;

/// <summary>
/// Datagrams that are received or sent in one system call: for each a buffer, a peer, and the kernel's headers that point to them,
/// built once in memory that does not move. Pages are touched as they are used. Belongs to one thread or lock.
/// <para>
/// Replies to one client that stand next to each other can share a header: the kernel then takes them down to the device as one
/// datagram and cuts it there (UDP_SEGMENT, udp(7)), which saves most of what a datagram costs. All but the last must be equally long,
/// so of two the longer goes first.
/// </para>
/// </summary>
internal sealed unsafe class DatagramBatch : IDisposable
{
    // A sockaddr_in6 rounded up, so that what follows stays aligned.
    private const int AddressSlot = 32;

    // What the kernel cuts at most (UDP_MAX_SEGMENTS), and what it takes at most, less than 64 KiB by any headers.
    private const int MaxSegments = 64, MaxJoinedOctets = 65_000;

    // The peer's control message and that with the length of segments, 40 and 24 octets at most.
    private const int ControlSlot = 64;

    private readonly byte* _memory;
    private readonly byte* _buffers;
    private readonly byte* _addresses;
    private readonly byte* _controls;
    private readonly Posix.IoVector* _vectors;
    private readonly int _bufferSize;
    private bool _isPrepared;

    public DatagramBatch(int capacity, int bufferSize)
    {
        Capacity = capacity;
        _bufferSize = bufferSize;
        int headers = capacity * sizeof(Posix.MultiMessageHeader), vectors = capacity * sizeof(Posix.IoVector);
        int addresses = capacity * AddressSlot, controls = capacity * ControlSlot;
        nuint size = (nuint)(headers + vectors + addresses + controls + (capacity * bufferSize));
        _memory = (byte*)NativeMemory.AlignedAlloc(size, 64);
        Headers = (Posix.MultiMessageHeader*)_memory;
        _vectors = (Posix.IoVector*)(_memory + headers);
        _addresses = _memory + headers + vectors;
        _controls = _addresses + addresses;
        _buffers = _controls + controls;
        for (int i = 0; i < capacity; i++) Link(i);
    }

    public int Capacity { get; }

    /// <summary>How many of the slots hold a datagram.</summary>
    public int Count { get; set; }

    /// <summary>How many headers the replies take: as many as there are, or fewer where some are joined.</summary>
    public int HeaderCount { get; private set; }

    public bool IsFull => Count == Capacity;

    public Posix.MultiMessageHeader* Headers { get; }

    /// <summary>The whole buffer of a slot, to receive into or to write a reply to.</summary>
    public Span<byte> Buffer(int index) => new(BufferAt(index), _bufferSize);

    /// <summary>What was received in a slot.</summary>
    public ReadOnlySpan<byte> Message(int index) => Buffer(index)[..(int)Headers[index].Length];

    /// <summary>Whether the datagram was longer than its buffer.</summary>
    public bool IsCut(int index) => (Headers[index].Header.Flags & Posix.MessageTruncated) != 0;

    public void GetPeer(int index, ref DatagramPeer peer)
    {
        ref Posix.MessageHeader header = ref Headers[index].Header;
        peer.AddressLength = (byte)header.NameLength;
        peer.ControlLength = (byte)Math.Min((int)header.ControlLength, DatagramPeer.MaxControl);
        new ReadOnlySpan<byte>(header.Name, Math.Min((int)header.NameLength, DatagramPeer.MaxAddress)).CopyTo(peer.Address);
        new ReadOnlySpan<byte>(header.Control, peer.ControlLength).CopyTo(peer.Control);
    }

    /// <summary>Closes the next free slot: the reply that stands in its buffer goes to this peer.</summary>
    /// <param name="mayJoin">Whether the kernel can cut datagrams: then the reply is joined to those before it where that is possible.</param>
    public void Add(in DatagramPeer peer, int length, bool mayJoin = false)
    {
        Debug.Assert(length <= _bufferSize, "a reply is longer than its buffer");
        _vectors[Count] = new Posix.IoVector { Base = BufferAt(Count), Length = (nuint)length };
        if (!mayJoin || HeaderCount == 0 || !TryJoin(ref Headers[HeaderCount - 1].Header, peer, length)) AddHeader(peer);
        Count++;
    }

    /// <summary>After the replies were sent.</summary>
    public void Clear() => (Count, HeaderCount) = (0, 0);

    /// <summary>Notes that the first slot's buffer holds one datagram, received without the kernel's headers.</summary>
    public void SetReceived(int length, ReadOnlySpan<byte> from)
    {
        ref Posix.MessageHeader header = ref Headers[0].Header;
        from.CopyTo(new Span<byte>(header.Name, AddressSlot));
        header.NameLength = (uint)from.Length;
        header.ControlLength = 0;
        header.Flags = 0;
        Headers[0].Length = (uint)length;
        Count = 1;
    }

    public ReadOnlySpan<byte> AddressOf(int index) => new(Headers[index].Header.Name, (int)Headers[index].Header.NameLength);

    /// <summary>The reply that stands in a slot to be sent.</summary>
    public ReadOnlySpan<byte> Outgoing(int index) => Buffer(index)[..(int)_vectors[index].Length];

    /// <summary>Makes the slots ready to be received into again: the kernel has overwritten the lengths of those it filled.</summary>
    /// <param name="withControl">Whether the socket tells the local address.</param>
    public void PrepareReceive(bool withControl)
    {
        int used = _isPrepared ? Count : Capacity;
        _isPrepared = true;
        for (int i = 0; i < used; i++)
        {
            ref Posix.MessageHeader header = ref Headers[i].Header;
            header.NameLength = DatagramPeer.MaxAddress;
            header.Control = withControl ? _controls + (i * ControlSlot) : null;
            header.ControlLength = withControl ? DatagramPeer.MaxControl : 0u;
            header.Flags = 0;
        }
    }

    public void Dispose() => NativeMemory.AlignedFree(_memory);

    private void AddHeader(in DatagramPeer peer)
    {
        int index = HeaderCount++;
        byte* control = _controls + (index * ControlSlot);
        ref Posix.MessageHeader header = ref Headers[index].Header;
        ((ReadOnlySpan<byte>)peer.Address)[..peer.AddressLength].CopyTo(new Span<byte>(header.Name, AddressSlot));
        ((ReadOnlySpan<byte>)peer.Control)[..peer.ControlLength].CopyTo(new Span<byte>(control, DatagramPeer.MaxControl));
        header.NameLength = peer.AddressLength;
        header.Vectors = _vectors + Count;
        header.VectorCount = 1;
        header.Control = peer.ControlLength == 0 ? null : control;
        header.ControlLength = peer.ControlLength;
        header.Flags = 0;
    }

    /// <summary>Joins the reply of the next slot to those of a header, where they go the same way and the kernel could cut them apart.</summary>
    private bool TryJoin(ref Posix.MessageHeader header, in DatagramPeer peer, int length)
    {
        int count = (int)header.VectorCount;
        var segment = (int)header.Vectors[0].Length;
        bool isOpen = (int)header.Vectors[count - 1].Length == segment && count < MaxSegments && (count * segment) + length <= MaxJoinedOctets;
        if (!isOpen || (length > segment && count > 1) || !GoesTo(header, peer)) return false;
        if (length > segment)
        {
            (header.Vectors[0], header.Vectors[1]) = (header.Vectors[1], header.Vectors[0]);
            segment = length;
        }
        header.VectorCount++;
        if (count > 1) return true;
        header.Control = _controls + ((HeaderCount - 1) * ControlSlot);
        Posix.WriteSegmentControl(header.Control + peer.ControlLength, segment);
        header.ControlLength = (nuint)(peer.ControlLength + Posix.SegmentControlSize);
        return true;
    }

    private static bool GoesTo(in Posix.MessageHeader header, in DatagramPeer peer)
    {
        int control = (int)header.ControlLength - (header.VectorCount > 1 ? Posix.SegmentControlSize : 0);
        return new ReadOnlySpan<byte>(header.Name, (int)header.NameLength).SequenceEqual(((ReadOnlySpan<byte>)peer.Address)[..peer.AddressLength])
            && new ReadOnlySpan<byte>(header.Control, control).SequenceEqual(((ReadOnlySpan<byte>)peer.Control)[..peer.ControlLength]);
    }

    private byte* BufferAt(int index) => _buffers + ((nint)index * _bufferSize);

    private void Link(int index)
    {
        _vectors[index] = new Posix.IoVector { Base = BufferAt(index), Length = (nuint)_bufferSize };
        Headers[index] = new Posix.MultiMessageHeader
        {
            Header = new Posix.MessageHeader
            {
                Name = _addresses + (index * AddressSlot),
                Vectors = _vectors + index,
                VectorCount = 1,
            },
        };
    }
}
