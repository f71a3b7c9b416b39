using System.Diagnostics;

namespace DotProxy.Resolution;

/// <summary>
/// Queries to use again. Rent and return happen on different threads: the lock is held for a few nanoseconds. Last in, first
/// out keeps the warm ones in use.
/// </summary>
internal sealed class QueryPool<T>(Func<T> create)
    where T : Query
{
    // Kept when idle: about 400 octets each. Past it queries are left to the garbage collector; the queue and the in-flight
    // tables bound how many there can be.
    private const int Capacity = 4096;

    private readonly Lock _lock = new();
    private T?[] _idle = new T?[64];
    private int _count;
    private int _leases;

    /// <summary>Queries rented and not yet returned.</summary>
    public int Leases
    {
        get { lock (_lock) return _leases; }
    }

    public T Rent()
    {
        lock (_lock)
        {
            _leases++;
            if (_count > 0)
            {
                T query = _idle[--_count]!;
                _idle[_count] = null;
                return query;
            }
        }
        return create();
    }

    public void Return(T query)
    {
        lock (_lock)
        {
            _leases--;
            Debug.Assert(_leases >= 0, "more queries returned than rented");
            Debug.Assert(!_idle.AsSpan(0, _count).Contains(query), "a query was completed twice");
            if (_count == Capacity) return;
            if (_count == _idle.Length) Array.Resize(ref _idle, _idle.Length * 2);
            _idle[_count++] = query;
        }
    }
}
