namespace DotProxy.Caching;

/// <summary>
/// Finds entries by hash: open addressing with linear probing over memory that a shard owns. Writers hold the shard's lock;
/// readers come at any time and check afterwards that nobody wrote. A slot is eight octets, so that a look-up costs one line of
/// the processor's cache:
/// <code>
/// HASH 30 | VISITS 2 | POSITION 32
/// </code>
/// </summary>
internal readonly unsafe struct CacheIndex(byte* memory, int slots)
{
    public const int SlotSize = sizeof(ulong);

    // Enough to tell what is asked again from what is not; more would keep yesterday's favourites too long.
    private const uint MaxVisits = 3, VisitsMask = 3;

    // Positions count in these units from one: zero is a free slot.
    private const int PositionUnit = 8;

    private readonly Slot* _slots = (Slot*)memory;

    public int Slots => slots;

    private Span<Slot> All => new(_slots, slots);

    public void Prefetch(uint hash) => Caching.Prefetch.At(_slots + First(hash));

    public int First(uint hash) => (int)((hash >> 2) & (uint)(slots - 1));

    public int Next(int slot) => (slot + 1) & (slots - 1);

    /// <summary>Where the entry of a slot stands; negative where the slot is free.</summary>
    public int PositionOf(int slot) => (int)(All[slot].Position * PositionUnit) - PositionUnit;

    /// <summary>Whether the entry of a slot may have this hash: two bits of it are not kept.</summary>
    public bool HasHash(int slot, uint hash) => (All[slot].HashAndVisits ^ hash) <= VisitsMask;

    public int Visits(int slot) => (int)(All[slot].HashAndVisits & VisitsMask);

    public void SetVisits(int slot, int visits)
    {
        ref uint word = ref All[slot].HashAndVisits;
        word = (word & ~VisitsMask) | (uint)visits;
    }

    /// <summary>
    /// Readers count without the lock, by an exchange that fails where a writer put another hash there meanwhile; at worst another
    /// entry of the same hash is taken for a little more popular than it is.
    /// </summary>
    public void Visit(int slot, uint hash)
    {
        ref uint word = ref All[slot].HashAndVisits;
        uint seen = Volatile.Read(ref word);
        if ((seen ^ hash) <= VisitsMask && (seen & VisitsMask) < MaxVisits) Interlocked.CompareExchange(ref word, seen + 1, seen);
    }

    /// <summary>The slot whose entry stands there; negative where that entry has been replaced or removed.</summary>
    public int Find(uint hash, int position)
    {
        int slot = First(hash);
        for (int probes = 0; probes < slots && PositionOf(slot) >= 0; probes++, slot = Next(slot))
        {
            if (PositionOf(slot) == position) return slot;
        }
        return -1;
    }

    public void Add(uint hash, int position, int visits)
    {
        int slot = First(hash);
        while (PositionOf(slot) >= 0) slot = Next(slot);
        All[slot].HashAndVisits = (hash & ~VisitsMask) | (uint)visits;
        Move(slot, position);
    }

    public void Move(int slot, int position) => All[slot].Position = ((uint)position / PositionUnit) + 1;

    /// <summary>Closes the gap by moving later entries of the run forward, so that no tombstones lengthen it.</summary>
    public void Remove(int slot)
    {
        int hole = slot;
        for (int next = Next(slot); PositionOf(next) >= 0; next = Next(next))
        {
            int distance = (next - First(All[next].HashAndVisits)) & (slots - 1), toHole = (next - hole) & (slots - 1);
            if (distance < toHole) continue;
            All[hole] = All[next];
            hole = next;
        }
        All[hole] = default;
    }

    public void Clear() => All.Clear();

    private struct Slot
    {
        public uint HashAndVisits;
        public uint Position;
    }
}
