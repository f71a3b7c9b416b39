using DotProxy.Resolution;

namespace DotProxy.Caching;

/// <summary>The lookups under way, by key, so that a question that many ask goes out once.</summary>
internal sealed class LookupTable(QueryPool<Lookup> pool)
{
    private const int Rows = 2048;
    private const int Locks = 64;

    private readonly Lookup?[] _rows = new Lookup?[Rows];
    private readonly Lock[] _locks = [.. Enumerable.Range(0, Locks).Select(_ => new Lock())];

    /// <summary>Adds the query to the lookup of its question. Where there was none, returns a new one: the caller sends it out.</summary>
    /// <param name="waiter">Null for a lookup that nobody waits for.</param>
    public Lookup? Join(in QuestionKey key, ReadOnlySpan<byte> question, Query? waiter, long startedAt, long deadline)
    {
        lock (LockOf(key.Hash))
        {
            ref Lookup? row = ref _rows[key.Hash % Rows];
            for (Lookup? lookup = row; lookup is not null; lookup = lookup.Below)
            {
                if (!lookup.IsFor(key)) continue;
                if (waiter is not null) lookup.Add(waiter);
                return null;
            }
            Lookup fresh = pool.Rent();
            fresh.Begin(question, key, startedAt, deadline);
            if (waiter is not null) fresh.Add(waiter);
            fresh.Below = row;
            row = fresh;
            return fresh;
        }
    }

    /// <summary>Takes the lookup out: nobody joins it from here on. Returns those who wait.</summary>
    public Query? Remove(Lookup lookup)
    {
        lock (LockOf(lookup.Hash))
        {
            ref Lookup? row = ref _rows[lookup.Hash % Rows];
            if (row == lookup)
            {
                row = lookup.Below;
            }
            else
            {
                Lookup above = row!;
                while (above.Below != lookup) above = above.Below!;
                above.Below = lookup.Below;
            }
            return lookup.TakeWaiting();
        }
    }

    /// <summary>
    /// Calls <paramref name="serve"/> once for each lookup under way that was started before <paramref name="moment"/>. It may take
    /// those who wait, under the lock that is held for it.
    /// </summary>
    public void ForEachLate(long moment, Action<Lookup> serve)
    {
        for (int row = 0; row < Rows; row++)
        {
            if (Volatile.Read(ref _rows[row]) is null) continue;
            lock (_locks[row % Locks])
            {
                for (Lookup? lookup = _rows[row]; lookup is not null; lookup = lookup.Below)
                {
                    if (lookup.IsLate || lookup.StartedAt > moment) continue;
                    lookup.IsLate = true;
                    serve(lookup);
                }
            }
        }
    }

    // Rows are a multiple of locks: a row has one lock.
    private Lock LockOf(uint hash) => _locks[hash % Locks];
}
