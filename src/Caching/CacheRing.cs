namespace DotProxy.Caching;

/// <summary>
/// A part of a shard's memory in which entries stand in the order they came, first in, first out. It only counts octets; all
/// of its numbers are multiples of eight. A mutable struct: hold it in a field that is not readonly.
/// </summary>
internal struct CacheRing(int start, int capacity)
{
    private int _head;
    private int _tail;

    public readonly int Capacity => capacity;

    public readonly bool IsEmpty => Used == 0;

    /// <summary>Octets between the oldest entry and the newest, those of replaced ones and of gaps too.</summary>
    public int Used { get; private set; }

    /// <summary>Where the oldest entry stands.</summary>
    public readonly int Tail => start + _tail;

    /// <summary>Where the next entry will stand, unless it is too long for the place.</summary>
    public readonly int Head => start + _head;

    /// <summary>Whether a position in the shard's memory is in this ring.</summary>
    public readonly bool Holds(int position) => position >= start && position < start + capacity;

    /// <summary>Gives up the oldest entry, or gap, of this length.</summary>
    public void Pop(int length)
    {
        Used -= length;
        _tail = After(_tail + length);
    }

    /// <summary>
    /// Finds the place for an entry that must not run over the end; where it would, the octets left there are a gap of the
    /// given length before it. False where there is no room: the oldest must go first.
    /// </summary>
    public bool TryPush(int length, out int position, out int gapAt, out int gap)
    {
        int left = capacity - _head;
        gapAt = Head;
        gap = length <= left ? 0 : left;
        position = gap == 0 ? gapAt : start;
        if (Used + gap + length > capacity) return false;
        Used += gap + length;
        _head = After(position - start + length);
        return true;
    }

    public void Clear() => Used = _head = _tail = 0;

    // Entries and gaps end at the end, never beyond it.
    private readonly int After(int offset) => offset == capacity ? 0 : offset;
}
