using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using DotProxy.Dns;
using DotProxy.Resolution;

namespace DotProxy.Upstreams;

/// <summary>
/// The queries that one connection has sent and not yet had answered. Whoever takes an entry out owns the query and completes
/// it, exactly once. The low bits of a query's ID are its slot, drawn at random among the free ones, and the rest is random:
/// IDs are unique in flight (RFC 7766 §6.2.1), as unpredictable as sixteen bits can be, and found without a search.
/// </summary>
internal sealed class InFlightTable(FillRandom fill)
{
    // It starts small, because most proxies never have many in flight, and doubles: memory is taken as it is touched.
    private const int InitialSlots = 256;

    /// <summary>At most so many are in flight on a connection; the rest wait in the channel. 14 bits leave 2 for chance alone.</summary>
    public const int MaxSlots = 16384;

    private readonly Lock _lock = new();
    private readonly IdSource _ids = new(fill);
    private Entry[] _entries = new Entry[InitialSlots];
    private ushort[] _free = NumberedSlots(InitialSlots);
    private int _freeCount = InitialSlots;

    public int Count
    {
        get { lock (_lock) return _entries.Length - _freeCount; }
    }

    public bool IsFull
    {
        get { lock (_lock) return _freeCount == 0 && _entries.Length == MaxSlots; }
    }

    /// <summary>Takes the query over and gives it an ID; false where the table is at its bound.</summary>
    public bool TryAdd(Query query, long sentAt, out ushort id)
    {
        lock (_lock)
        {
            id = 0;
            if (_freeCount == 0 && !TryGrow()) return false;
            int pick = (_ids.Next() * _freeCount) >> 16;
            int slot = _free[pick];
            _free[pick] = _free[--_freeCount];
            id = (ushort)((_ids.Next() & ~(_entries.Length - 1)) | slot);
            _entries[slot] = new Entry { Query = query, SentAt = sentAt, Id = id };
            return true;
        }
    }

    /// <summary>
    /// Gives up the query with this ID if it asked this question (RFC 5452 §9.1); an empty question, as servers that could not
    /// parse the query send, matches by the ID alone.
    /// </summary>
    public bool TryTake(ushort id, ReadOnlySpan<byte> question, [MaybeNullWhen(false)] out Query query)
    {
        lock (_lock)
        {
            ref Entry entry = ref _entries[id & (_entries.Length - 1)];
            query = entry.Query;
            if (query is null || entry.Id != id) return false;
            if (!question.IsEmpty && !DomainName.QuestionsMatch(query.Question, question)) return false;
            Free(ref entry);
            return true;
        }
    }

    /// <summary>Moves the queries whose deadline is not after <paramref name="now"/> to <paramref name="expired"/>.</summary>
    public void TakeExpired(long now, List<Query> expired)
    {
        lock (_lock)
        {
            if (_freeCount == _entries.Length) return;
            foreach (ref Entry entry in _entries.AsSpan())
            {
                if (entry.Query is not { } query || query.Deadline > now) continue;
                expired.Add(query);
                Free(ref entry);
            }
        }
    }

    /// <summary>Moves all queries out, with the time they were sent.</summary>
    public void TakeAll(List<(Query Query, long SentAt)> taken)
    {
        lock (_lock)
        {
            foreach (ref Entry entry in _entries.AsSpan())
            {
                if (entry.Query is not { } query) continue;
                taken.Add((query, entry.SentAt));
                Free(ref entry);
            }
        }
    }

    /// <summary>When the oldest of the unanswered queries was sent that were sent after <paramref name="moment"/>; null when there is none.</summary>
    public long? OldestSentAfter(long moment)
    {
        lock (_lock)
        {
            if (_freeCount == _entries.Length) return null;
            long oldest = long.MaxValue;
            foreach (ref readonly Entry entry in _entries.AsSpan())
            {
                if (entry.Query is not null && entry.SentAt > moment && entry.SentAt < oldest) oldest = entry.SentAt;
            }
            return oldest == long.MaxValue ? null : oldest;
        }
    }

    private void Free(ref Entry entry)
    {
        _free[_freeCount++] = (ushort)(entry.Id & (_entries.Length - 1));
        entry = default;
    }

    /// <summary>Entries keep their IDs: those differ in the old low bits, so they differ in one bit more.</summary>
    private bool TryGrow()
    {
        int size = _entries.Length * 2;
        if (size > MaxSlots) return false;
        var entries = new Entry[size];
        foreach (ref readonly Entry entry in _entries.AsSpan()) entries[entry.Id & (size - 1)] = entry;
        _free = new ushort[size];
        for (int slot = 0; slot < size; slot++)
        {
            if (entries[slot].Query is null) _free[_freeCount++] = (ushort)slot;
        }
        _entries = entries;
        return true;
    }

    private static ushort[] NumberedSlots(int count)
    {
        var slots = new ushort[count];
        for (int slot = 0; slot < count; slot++) slots[slot] = (ushort)slot;
        return slots;
    }

    [StructLayout(LayoutKind.Auto)]
    private struct Entry
    {
        public Query? Query;
        public long SentAt;
        public ushort Id;
    }
}
