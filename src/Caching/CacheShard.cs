using System.Diagnostics.CodeAnalysis;

namespace DotProxy.Caching;

/// <summary>
/// A part of the cache with a lock of its own for those who write. Readers take no lock: they copy, and check by the version, odd
/// while somebody writes, that nobody did meanwhile.
/// </summary>
/// <param name="octets">All the memory that the shard will ever have; at least <see cref="AnswerCache.MinShard"/>.</param>
internal sealed class CacheShard(int octets) : IDisposable
{
    // Our choices. A write takes a microsecond; who meets one again and again waits for the lock instead.
    private const int ReadAttempts = 4, SpinsPerAttempt = 20;

    // How much of the index is shown before writers are let in again.
    private const int SlotsPerShow = 512;

    private readonly Lock _lock = new();
    private EntryStore _entries = new(octets);
    private int _version;

    public int Count
    {
        get { lock (_lock) return _entries.Count; }
    }

    public long Octets
    {
        get { lock (_lock) return _entries.Octets; }
    }

    public long Evictions
    {
        get { lock (_lock) return _entries.Evictions; }
    }

    /// <summary>Another number after each write; it wraps.</summary>
    public int Version => Volatile.Read(ref _version);

    public void Prefetch(uint hash) => _entries.Prefetch(hash);

    /// <summary>Copies an entry's message out, into a buffer that grows as needed; counts the visit.</summary>
    public bool TryRead(in QuestionKey key, [NotNull] ref byte[]? buffer, out EntryHeader header)
    {
        bool found;
        int slot;
        for (int attempt = 0; attempt < ReadAttempts; attempt++)
        {
            int version = Volatile.Read(ref _version);
            if ((version & 1) == 0)
            {
                found = _entries.TryCopy(key, ref buffer, out header, out slot);
                // What was copied must have been read before the version is read again.
                Volatile.ReadBarrier();
                if (Volatile.Read(ref _version) == version) return Visited(found, slot, key.Hash);
            }
            Thread.SpinWait(SpinsPerAttempt);
        }
        lock (_lock)
        {
            found = _entries.TryCopy(key, ref buffer, out header, out slot);
            return Visited(found, slot, key.Hash);
        }
    }

    /// <inheritdoc cref="EntryStore.TryPut"/>
    public bool TryPut(in QuestionKey key, in NewEntry entry)
    {
        lock (_lock)
        {
            BeginWrite();
            bool done = _entries.TryPut(key, entry);
            EndWrite();
            return done;
        }
    }

    /// <inheritdoc cref="EntryStore.Remove"/>
    public bool Remove(in QuestionKey key)
    {
        lock (_lock)
        {
            BeginWrite();
            bool wasThere = _entries.Remove(key);
            EndWrite();
            return wasThere;
        }
    }

    /// <inheritdoc cref="EntryStore.Clear"/>
    public int Clear()
    {
        lock (_lock)
        {
            BeginWrite();
            int count = _entries.Clear();
            EndWrite();
            return count;
        }
    }

    /// <summary>
    /// Calls <paramref name="visit"/> with each entry, in no order, under the lock: it must be quick and not come back here. Now and then
    /// calls <paramref name="pause"/> without the lock; what is written meanwhile may be shown or not, or twice.
    /// </summary>
    public void ForEach(EntryVisitor visit, Action pause)
    {
        for (int slot = 0; slot < _entries.Slots; slot += SlotsPerShow)
        {
            lock (_lock) _entries.Show(slot, slot + SlotsPerShow, visit);
            pause();
        }
    }

    public void Dispose() => _entries.Dispose();

    private bool Visited(bool found, int slot, uint hash)
    {
        if (found) _entries.Visit(slot, hash);
        return found;
    }

    private void BeginWrite()
    {
        // Odd even where a bug has thrown between these two: readers then wait for the lock, as they should.
        Volatile.Write(ref _version, _version | 1);
        // What is written from here on must not be seen before the odd version is.
        Volatile.WriteBarrier();
    }

    private void EndWrite() => Volatile.Write(ref _version, _version + 1);
}
