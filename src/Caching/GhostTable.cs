namespace DotProxy.Caching;

/// <summary>
/// Hashes of entries that went unasked-for, over memory that a store owns: a name that comes again soon is no passer-by. A newer
/// hash takes an older one's place; a false match only lets one entry into the better ring.
/// </summary>
internal readonly unsafe struct GhostTable(byte* memory, int slots)
{
    public const int SlotSize = sizeof(uint);

    private readonly uint* _hashes = (uint*)memory;

    public int Slots => slots;

    private Span<uint> All => new(_hashes, slots);

    public void Prefetch(uint hash) => Caching.Prefetch.At(_hashes + SlotOf(hash));

    public void Add(uint hash) => All[SlotOf(hash)] = hash;

    /// <summary>Whether the hash was there; it is not any more. Zero, which a free slot holds, never is.</summary>
    public bool Take(uint hash)
    {
        ref uint ghost = ref All[SlotOf(hash)];
        if (ghost != hash || hash == 0) return false;
        ghost = 0;
        return true;
    }

    private int SlotOf(uint hash) => (int)((hash >> 4) & (uint)(slots - 1));
}
