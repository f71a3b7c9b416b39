using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DotProxy.Dns;

namespace DotProxy.Caching;

/// <summary>
/// A part of the cache with a lock of its own for those who write. Entries stand in two rings outside the managed heap, so that the
/// bound in octets holds by construction, nothing is there to collect, and memory is taken as it is touched.
/// <list type="number">
/// <item>A new entry enters the small ring, a tenth of the memory.</item>
/// <item>At the small ring's end it moves to the main ring if it was asked for meanwhile; else it goes, and only its hash is kept.</item>
/// <item>What is asked for again while its hash is kept enters the main ring.</item>
/// <item>At the main ring's end it goes round once more for each time it was asked for, up to three.</item>
/// </list>
/// That is S3-FIFO (Yang et al., "FIFO queues are all you need for cache eviction", SOSP 2023): names asked for once, however many,
/// pass through the small ring and leave the main one alone. Readers take no lock: they copy, and check by the version that
/// nobody wrote meanwhile.
/// </summary>
internal sealed unsafe class CacheShard : IDisposable
{
    // Our choices. An entry of ours has some 130 octets: a slot for each 64 keeps the index half empty.
    private const int OctetsPerSlot = 64;
    private const int SmallShare = 10;
    private const int LargestShare = 4;
    private const int MaxRounds = 64;
    private const int ReadAttempts = 4;

    private readonly Lock _lock = new();
    private readonly byte* _memory;
    private readonly byte* _arena;
    private readonly uint* _ghosts;
    private readonly int _arenaLength;
    private readonly int _ghostCount;
    private readonly CacheIndex _index;
    private CacheRing _small;
    private CacheRing _main;
    private int _version;
    private int _count;
    private long _evictions;

    /// <param name="octets">All the memory that the shard will ever have; at least <see cref="AnswerCache.MinShard"/>.</param>
    public CacheShard(int octets)
    {
        int slots = 1 << BitOperations.Log2((uint)(octets / OctetsPerSlot));
        _ghostCount = slots / 2;
        int indexLength = slots * CacheIndex.SlotSize, ghostLength = _ghostCount * sizeof(uint);
        _arenaLength = (octets - indexLength - ghostLength) & ~7;
        // Zeroed by the system as it is touched, not by us.
        _memory = (byte*)NativeMemory.AllocZeroed((nuint)octets);
        _arena = _memory;
        _index = new CacheIndex(_memory + _arenaLength, slots);
        _ghosts = (uint*)(_memory + _arenaLength + indexLength);
        int small = (_arenaLength / SmallShare) & ~7;
        _small = new CacheRing(0, small);
        _main = new CacheRing(small, _arenaLength - small);
    }

    public int Count => Volatile.Read(ref _count);

    public long Evictions => Volatile.Read(ref _evictions);

    /// <summary>Octets of entries, index and kept hashes.</summary>
    public long Octets
    {
        get { lock (_lock) return _small.Used + _main.Used + (_index.Slots * CacheIndex.SlotSize) + (_ghostCount * sizeof(uint)); }
    }

    private Span<byte> Arena => new(_arena, _arenaLength);

    /// <summary>Copies an entry's message out, into a buffer that grows as needed; counts the visit.</summary>
    public bool TryRead(in QuestionKey key, [NotNull] ref byte[]? buffer, out EntryHeader header)
    {
        for (int attempt = 0; attempt < ReadAttempts; attempt++)
        {
            int version = Volatile.Read(ref _version);
            if ((version & 1) == 0)
            {
                bool found = TryCopy(key, ref buffer, out header, out int slot);
                Volatile.ReadBarrier();
                if (Volatile.Read(ref _version) == version) return Visited(found, slot, key.Hash);
            }
            Thread.SpinWait(20);
        }
        lock (_lock)
        {
            bool found = TryCopy(key, ref buffer, out header, out int slot);
            return Visited(found, slot, key.Hash);
        }
    }

    /// <summary>
    /// Puts an entry in the place of one with the same key; false where it is too large. A failure never takes an answer's place:
    /// that is only told when to ask again (RFC 9520 §3.2).
    /// </summary>
    public bool TryPut(in QuestionKey key, in NewEntry entry)
    {
        lock (_lock)
        {
            BeginWrite();
            bool done = TryPutLocked(key, entry);
            EndWrite();
            return done;
        }
    }

    /// <summary>Removes an entry, if it is there.</summary>
    public bool Remove(in QuestionKey key)
    {
        lock (_lock)
        {
            int slot = Find(key);
            if (slot < 0) return false;
            BeginWrite();
            Drop(slot);
            EndWrite();
            return true;
        }
    }

    public int Clear()
    {
        lock (_lock)
        {
            BeginWrite();
            int count = _count;
            _index.Clear();
            _small.Clear();
            _main.Clear();
            _count = 0;
            EndWrite();
            return count;
        }
    }

    /// <summary>Calls <paramref name="visit"/> with each entry, in no order, under the lock: it must be quick.</summary>
    public void ForEach(EntryVisitor visit)
    {
        lock (_lock)
        {
            for (int slot = 0; slot < _index.Slots; slot++)
            {
                int position = _index.PositionOf(slot);
                if (position < 0) continue;
                EntryHeader header = HeaderAt(position);
                visit(new CachedAnswer(header, Arena.Slice(position + EntryHeader.Size, header.MessageLength)));
            }
        }
    }

    public void Dispose() => NativeMemory.Free(_memory);

    private void BeginWrite()
    {
        Volatile.Write(ref _version, _version + 1);
        // What is written from here on must not be seen before the odd version is.
        Volatile.WriteBarrier();
    }

    private void EndWrite() => Volatile.Write(ref _version, _version + 1);

    private bool Visited(bool found, int slot, uint hash)
    {
        if (found) _index.Visit(slot, hash);
        return found;
    }

    /// <summary>Without the lock it may see an entry half written: every length is checked, and the caller throws the result away.</summary>
    private bool TryCopy(in QuestionKey key, [NotNull] ref byte[]? buffer, out EntryHeader header, out int slot)
    {
        buffer ??= new byte[4096];
        header = default;
        slot = Find(key);
        if (slot < 0) return false;
        int position = _index.PositionOf(slot);
        if (position < 0 || position + EntryHeader.Size > _arenaLength) return false;
        header = HeaderAt(position);
        if (position + EntryHeader.Size + header.MessageLength > _arenaLength) return false;
        if (header.MessageLength > buffer.Length) buffer = new byte[WireLimits.Message];
        Arena.Slice(position + EntryHeader.Size, header.MessageLength).CopyTo(buffer);
        return true;
    }

    private int Find(in QuestionKey key)
    {
        int slot = _index.First(key.Hash);
        for (int probes = 0; probes < _index.Slots; probes++, slot = _index.Next(slot))
        {
            int position = _index.PositionOf(slot);
            if (position < 0) return -1;
            if (_index.HasHash(slot, key.Hash) && IsOf(key, position)) return slot;
        }
        return -1;
    }

    private bool IsOf(in QuestionKey key, int position)
    {
        int question = position + EntryHeader.Size + WireLimits.Header;
        if (question + key.Question.Length > _arenaLength) return false;
        EntryHeader header = HeaderAt(position);
        return header.QuestionLength == key.Question.Length && header.Flags == key.Flags
            && Arena.Slice(question, key.Question.Length).SequenceEqual(key.Question);
    }

    private bool TryPutLocked(in QuestionKey key, in NewEntry entry)
    {
        int length = (EntryHeader.Size + entry.MessageLength + 7) & ~7;
        int old = Find(key);
        int visits = 0;
        bool wasMain = false;
        if (old >= 0)
        {
            ref EntryHeader held = ref HeaderAt(_index.PositionOf(old));
            if (entry.Header.Kind == EntryKind.Failure && held.Kind != EntryKind.Failure)
            {
                (held.RetryAt, held.Failures) = (entry.Header.RetryAt, entry.Header.Failures);
                return true;
            }
            visits = _index.Visits(old);
            wasMain = _main.Holds(_index.PositionOf(old));
            Drop(old);
        }
        if (length > _main.Capacity / LargestShare) return false;

        bool isKnown = TakeGhost(key.Hash) || wasMain || visits > 0;
        while (_count >= _index.Slots / 8 * 7) EvictAny();
        int position = isKnown || length > _small.Capacity / LargestShare ? PushMain(length) : PushSmall(length);
        EntryHeader header = entry.Header with { Hash = key.Hash, Length = length, Flags = key.Flags };
        HeaderAt(position) = header;
        entry.CopyMessage(key, Arena.Slice(position + EntryHeader.Size, header.MessageLength));
        _index.Add(key.Hash, position, visits);
        _count++;
        return true;
    }

    private int PushSmall(int length)
    {
        int position, gapAt, gap;
        while (!_small.TryPush(length, out position, out gapAt, out gap)) EvictSmall();
        MarkGap(gapAt, gap);
        return position;
    }

    private int PushMain(int length)
    {
        int position, gapAt, gap;
        for (int rounds = 0; !_main.TryPush(length, out position, out gapAt, out gap); rounds++) EvictMain(mayGoRound: rounds < MaxRounds);
        MarkGap(gapAt, gap);
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
        EntryHeader header = HeaderAt(position);
        _small.Pop(header.Length);
        int slot = _index.Find(header.Hash, position);
        if (slot < 0) return;
        if (_index.Visits(slot) == 0)
        {
            AddGhost(header.Hash);
            Evict(slot);
            return;
        }
        int to = PushMain(header.Length);
        // Making room may have moved slots.
        slot = _index.Find(header.Hash, position);
        Relocate(slot, position, to, header.Length);
        _index.SetVisits(slot, 0);
    }

    private void EvictMain(bool mayGoRound)
    {
        int position = _main.Tail;
        EntryHeader header = HeaderAt(position);
        _main.Pop(header.Length);
        int slot = _index.Find(header.Hash, position);
        if (slot < 0) return;
        int visits = _index.Visits(slot);
        if (visits == 0 || !mayGoRound || !_main.TryPush(header.Length, out int to, out int gapAt, out int gap))
        {
            Evict(slot);
            return;
        }
        // Its old place is the newest free room: at worst the two overlap, and the move allows for that. A gap lies before both.
        Relocate(slot, position, to, header.Length);
        MarkGap(gapAt, gap);
        _index.SetVisits(slot, visits - 1);
    }

    private void Relocate(int slot, int from, int to, int length)
    {
        Arena.Slice(from, length).CopyTo(Arena[to..]);
        _index.Move(slot, to);
    }

    private void Evict(int slot)
    {
        Drop(slot);
        _evictions++;
    }

    private void Drop(int slot)
    {
        _index.Remove(slot);
        _count--;
    }

    /// <summary>A gap is an entry that no slot points to.</summary>
    private void MarkGap(int position, int length)
    {
        if (length == 0) return;
        Span<uint> filler = MemoryMarshal.Cast<byte, uint>(Arena.Slice(position, 2 * sizeof(uint)));
        filler[0] = 0;
        filler[1] = (uint)length;
    }

    /// <summary>The header there; the memory behind an entry's start may be shorter than it only for a gap, whose first two fields fit.</summary>
    private ref EntryHeader HeaderAt(int position)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)position, (uint)(_arenaLength - (2 * sizeof(uint))));
        return ref Unsafe.AsRef<EntryHeader>(_arena + position);
    }

    private void AddGhost(uint hash) => _ghosts[GhostSlot(hash)] = hash;

    private bool TakeGhost(uint hash)
    {
        ref uint ghost = ref _ghosts[GhostSlot(hash)];
        if (ghost != hash || hash == 0) return false;
        ghost = 0;
        return true;
    }

    private int GhostSlot(uint hash) => (int)((hash >> 4) % (uint)_ghostCount);
}

internal delegate void EntryVisitor(CachedAnswer answer);
