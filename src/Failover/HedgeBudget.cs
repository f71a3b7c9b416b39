namespace DotProxy.Failover;

/// <summary>
/// Bounds the queries that are asked twice to be on the safe side: each query earns a twentieth of one, and a few can be saved up. Without
/// a bound an upstream that has become slow would make every proxy ask twice, and that slows the others down.
/// </summary>
internal sealed class HedgeBudget
{
    // One in twenty: the part that a 95th percentile leaves. Our choice how many may be saved up.
    private const int Cost = 20, MostSaved = 10 * Cost;

    private int _saved;

    public void Earn()
    {
        if (Volatile.Read(ref _saved) < MostSaved) Interlocked.Increment(ref _saved);
    }

    public bool TrySpend()
    {
        int saved = Volatile.Read(ref _saved);
        while (saved >= Cost)
        {
            int seen = Interlocked.CompareExchange(ref _saved, saved - Cost, saved);
            if (seen == saved) return true;
            saved = seen;
        }
        return false;
    }
}
