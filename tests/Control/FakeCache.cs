using DotProxy.Caching;

namespace DotProxy.Tests.Control;

/// <summary>The cache's seam, with what a test puts behind it.</summary>
internal sealed class FakeCache : ICacheControl
{
    public CacheFigures Figures { get; init; } = new(2, 1024, 3, 1, 0, 0, 0, 0);

    public IReadOnlyList<CacheListing> Listings { get; init; } = [];

    /// <summary>What each flush is said to remove.</summary>
    public int Removes { get; init; }

    /// <summary>The names that were shown or flushed; null for everything.</summary>
    public List<byte[]?> Asked { get; } = [];

    public int Flush()
    {
        Asked.Add(null);
        return Removes;
    }

    public int Flush(ReadOnlySpan<byte> name)
    {
        Asked.Add(name.ToArray());
        return Removes;
    }

    public IReadOnlyList<CacheListing> Look(ReadOnlySpan<byte> name)
    {
        Asked.Add(name.ToArray());
        return Listings;
    }
}
