using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.InteropServices;

namespace DotProxy.Caching;

/// <summary>
/// Entries in two rings outside the managed heap, so that the bound in octets holds by construction, nothing is there to collect,
/// and memory is taken as it is touched.
/// <list type="number">
/// <item>A new entry enters the small ring, a tenth of the memory.</item>
/// <item>At the small ring's end it moves to the main ring if it was asked for meanwhile; else it goes, and only its hash is kept.</item>
/// <item>What is asked for again while its hash is kept enters the main ring.</item>
/// <item>At the main ring's end it goes round once more for each time it was asked for, up to three.</item>
/// </list>
/// That is S3-FIFO (Yang et al., "FIFO queues are all you need for cache eviction", SOSP 2023): names asked for once, however many,
/// pass through the small ring and leave the main one alone. Not safe by itself: <see cref="CacheShard"/> says who may call what.
/// A mutable struct, to stand in the shard's own cache lines: hold it in a field that is not readonly.
/// </summary>
internal unsafe struct EntryStore : IDisposable
{
    // Our choices. An entry of ours has some 130 octets: a slot for each 64 keeps the index half empty.
    private const int OctetsPerSlot = 64, PrefetchedOctets = 256;
    private const int SmallShare = 10;

    // Half a ring always holds an entry and the gap before it; of the main ring one entry must not take so much.
    private const int LargestShareOfSmall = 2, LargestShareOfMain = 4;

    // How many entries may go round to make room for one, so that a ring full of favourites holds nobody up.
    private const int LeastRounds = 64, OctetsPerRound = 32;

    private readonly byte* _memory;
    private readonly EntryArena _arena;
    private readonly CacheIndex _index;
    private readonly GhostTable _ghosts;
    private CacheRing _small;
    private CacheRing _main;

    /// <param name="octets">All the memory that there will ever be; at least <see cref="AnswerCache.MinShard"/>.</param>
    public EntryStore(int octets)
    {
        int slots = 1 << BitOperations.Log2((uint)(octets / OctetsPerSlot)), ghosts = slots / 2;
        int indexLength = slots * CacheIndex.SlotSize;
        int length = (octets - indexLength - (ghosts * GhostTable.SlotSize)) & ~7, small = (length / SmallShare) & ~7;
        // Zeroed by the system as it is touched, not by us.
        _memory = (byte*)NativeMemory.AllocZeroed((nuint)octets);
        _arena = new EntryArena(_memory, length);
        _index = new CacheIndex(_memory + length, slots);
        _ghosts = new GhostTable(_memory + length + indexLength, ghosts);
        _small = new CacheRing(0, small);
        _main = new CacheRing(small, length - small);
    }

    public int Count { get; private set; }

    public long Evictions { get; private set; }

    /// <summary>Octets of entries, index and kept hashes.</summary>
    public readonly long Octets => _small.Used + _main.Used + (_index.Slots * CacheIndex.SlotSize) + (_ghosts.Slots * GhostTable.SlotSize);

    /// <summary>How many places there are to <see cref="Show"/>.</summary>
    public readonly int Slots => _index.Slots;

    /// <summary>
    /// Copies an entry's message out, into a buffer that grows as needed. While somebody writes the result may be anything, and the caller
    /// throws it away.
    /// </summary>
    public readonly bool TryCopy(in QuestionKey key, [NotNull] ref byte[]? buffer, out EntryHeader header, out int slot)
    {
        slot = Find(key);
        return _arena.TryCopy(slot < 0 ? -1 : _index.PositionOf(slot), ref buffer, out header);
    }

    /// <summary>Before a look-up or a put that is not far off.</summary>
    public readonly void Prefetch(uint hash)
    {
        _index.Prefetch(hash);
        _ghosts.Prefetch(hash);
    }

    /// <summary>Counts that the entry of a slot was asked for; any thread may, at any time.</summary>
    public readonly void Visit(int slot, uint hash) => _index.Visit(slot, hash);

    /// <summary>Shows the entries whose slots are in this range, in no order.</summary>
    public readonly void Show(int from, int to, EntryVisitor visit)
    {
        for (int slot = from; slot < Math.Min(to, Slots); slot++)
        {
            int position = _index.PositionOf(slot);
            if (position < 0) continue;
            EntryHeader header = _arena.HeaderAt(position);
            visit(new CachedAnswer(header, _arena.MessageAt(position, header.MessageLength)));
        }
    }

    /// <summary>
    /// Puts an entry in the place of one with the same key; false where it is too large. A failure never takes an answer's place:
    /// that is only told when to ask again (RFC 9520 §3.2).
    /// </summary>
    public bool TryPut(in QuestionKey key, in NewEntry entry)
    {
        int length = EntryArena.LengthOf(entry.MessageLength);
        int old = Find(key), visits = 0;
        bool isKnown = _ghosts.Take(key.Hash);
        if (old >= 0)
        {
            ref EntryHeader held = ref _arena.HeaderAt(_index.PositionOf(old));
            if (entry.Header.Kind == EntryKind.Failure && held.Kind != EntryKind.Failure)
            {
                (held.RetryAt, held.Failures) = (entry.Header.RetryAt, entry.Header.Failures);
                return true;
            }
            visits = _index.Visits(old);
            isKnown |= visits > 0 || _main.Holds(_index.PositionOf(old));
            Drop(old);
        }
        if (length > _main.Capacity / LargestShareOfMain) return false;
        if (!isKnown && length > _small.Capacity / LargestShareOfSmall)
        {
            // A flood of large answers must not get into the main ring by their size.
            _ghosts.Add(key.Hash);
            return false;
        }
        while (Count >= _index.Slots / 8 * 7) EvictAny();
        int position = isKnown ? PushMain(length) : PushSmall(length);
        EntryHeader header = entry.Header with { Hash = key.Hash, Length = length, Flags = key.Flags };
        _arena.HeaderAt(position) = header;
        entry.CopyMessage(key, _arena.MessageAt(position, header.MessageLength));
        _index.Add(key.Hash, position, visits);
        Count++;
        PrefetchForNext();
        return true;
    }

    /// <summary>Removes an entry, if it is there.</summary>
    public bool Remove(in QuestionKey key)
    {
        int slot = Find(key);
        if (slot < 0) return false;
        Drop(slot);
        return true;
    }

    /// <summary>Removes everything; returns how many entries there were.</summary>
    public int Clear()
    {
        int count = Count;
        _index.Clear();
        _small.Clear();
        _main.Clear();
        Count = 0;
        return count;
    }

    public readonly void Dispose() => NativeMemory.Free(_memory);

    /// <summary>Where the next entry goes to, the slot of the one that goes for it, and the one after that: it is then known next time.</summary>
    private readonly void PrefetchForNext()
    {
        _arena.Prefetch(_small.Head, PrefetchedOctets);
        if (_small.IsEmpty) return;
        ref EntryHeader next = ref _arena.HeaderAt(_small.Tail);
        Prefetch(next.Hash);
        _arena.Prefetch(_small.Tail + next.Length, EntryHeader.Size);
    }

    private readonly int Find(in QuestionKey key)
    {
        int slot = _index.First(key.Hash);
        for (int probes = 0; probes < _index.Slots; probes++, slot = _index.Next(slot))
        {
            int position = _index.PositionOf(slot);
            if (position < 0) return -1;
            if (_index.HasHash(slot, key.Hash) && _arena.IsOf(key, position)) return slot;
        }
        return -1;
    }

    private int PushSmall(int length)
    {
        int position, gapAt, gap;
        while (!_small.TryPush(length, out position, out gapAt, out gap)) EvictSmall();
        _arena.MarkGap(gapAt, gap);
        return position;
    }

    private int PushMain(int length)
    {
        int position, gapAt, gap, most = LeastRounds + (length / OctetsPerRound);
        for (int rounds = 0; !_main.TryPush(length, out position, out gapAt, out gap); rounds++) EvictMain(mayGoRound: rounds < most);
        _arena.MarkGap(gapAt, gap);
        return position;
    }

    private void EvictAny()
    {
        if (!_main.IsEmpty) EvictMain(mayGoRound: false);
        else EvictSmall();
    }

    private void EvictSmall()
    {
        int position = _small.Tail;
        (uint hash, int length) = (_arena.HeaderAt(position).Hash, _arena.HeaderAt(position).Length);
        _small.Pop(length);
        int slot = _index.Find(hash, position);
        if (slot < 0) return;
        if (_index.Visits(slot) == 0)
        {
            _ghosts.Add(hash);
            Drop(slot);
            Evictions++;
            return;
        }
        int to = PushMain(length);
        // Making room may have moved slots.
        slot = _index.Find(hash, position);
        _arena.Move(position, to, length);
        _index.Move(slot, to);
        _index.SetVisits(slot, 0);
    }

    private void EvictMain(bool mayGoRound)
    {
        int position = _main.Tail;
        (uint hash, int length) = (_arena.HeaderAt(position).Hash, _arena.HeaderAt(position).Length);
        _main.Pop(length);
        int slot = _index.Find(hash, position);
        if (slot < 0) return;
        int visits = _index.Visits(slot);
        if (visits == 0 || !mayGoRound || !_main.TryPush(length, out int to, out int gapAt, out int gap))
        {
            Drop(slot);
            Evictions++;
            return;
        }
        // Its old place is the newest free room: at worst the two overlap, and the move allows for that. A gap lies before both.
        _arena.Move(position, to, length);
        _index.Move(slot, to);
        _arena.MarkGap(gapAt, gap);
        _index.SetVisits(slot, visits - 1);
    }

    private void Drop(int slot)
    {
        _index.Remove(slot);
        Count--;
    }
}
