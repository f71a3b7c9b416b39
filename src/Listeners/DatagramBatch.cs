using System.Diagnostics;
using System.Runtime.InteropServices;

namespace DotProxy.Listeners;

/// <summary>
/// Datagrams that are received or sent in one system call: for each a buffer, a peer, and the kernel's headers that point to them,
/// built once in memory that does not move. Pages are touched as they are used. Belongs to one thread or lock.
/// </summary>
internal sealed unsafe class DatagramBatch : IDisposable
{
    // A sockaddr_in6 rounded up, so that what follows stays aligned.
    private const int AddressSlot = 32;

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
        int addresses = capacity * AddressSlot, controls = capacity * DatagramPeer.MaxControl;
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

    public bool IsFull => Count == Capacity;

    public Posix.MultiMessageHeader* Headers { get; }

    /// <summary>The whole buffer of a slot, to receive into or to write a reply to.</summary>
    public Span<byte> Buffer(int index) => new(_buffers + ((nint)index * _bufferSize), _bufferSize);

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
    public void Add(in DatagramPeer peer, int length)
    {
        Debug.Assert(length <= _bufferSize, "a reply is longer than its buffer");
        int index = Count++;
        ref Posix.MessageHeader header = ref Headers[index].Header;
        ((ReadOnlySpan<byte>)peer.Address)[..peer.AddressLength].CopyTo(new Span<byte>(header.Name, AddressSlot));
        ((ReadOnlySpan<byte>)peer.Control)[..peer.ControlLength].CopyTo(new Span<byte>(_controls + (index * DatagramPeer.MaxControl), DatagramPeer.MaxControl));
        header.NameLength = peer.AddressLength;
        header.Control = peer.ControlLength == 0 ? null : _controls + (index * DatagramPeer.MaxControl);
        header.ControlLength = peer.ControlLength;
        header.Flags = 0;
        _vectors[index].Length = (nuint)length;
    }

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
            header.Control = withControl ? _controls + (i * DatagramPeer.MaxControl) : null;
            header.ControlLength = withControl ? DatagramPeer.MaxControl : 0u;
            header.Flags = 0;
        }
    }

    public void Dispose() => NativeMemory.AlignedFree(_memory);

    private void Link(int index)
    {
        _vectors[index] = new Posix.IoVector { Base = _buffers + ((nint)index * _bufferSize), Length = (nuint)_bufferSize };
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
