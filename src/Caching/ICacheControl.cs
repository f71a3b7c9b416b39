namespace DotProxy.Caching;

/// <summary>What an operator may see of the cache and do to it, from wherever that is offered.</summary>
internal interface ICacheControl
{
    CacheFigures Figures { get; }

    /// <summary>Removes everything; returns how many entries there were.</summary>
    int Flush();

    /// <summary>Removes all that is held of a name, whatever its type; returns how many entries there were.</summary>
    /// <param name="name">On the wire (RFC 1035 §3.1), in any letter case.</param>
    int Flush(ReadOnlySpan<byte> name);

    /// <summary>All that is held of a name, in no order.</summary>
    /// <param name="name">On the wire (RFC 1035 §3.1), in any letter case.</param>
    IReadOnlyList<CacheListing> Look(ReadOnlySpan<byte> name);
}

/// <summary>Octets are all that entries, index and kept hashes take; the rest are counts since the start.</summary>
internal sealed record CacheFigures(long Entries, long Octets, long Hits, long Misses, long Stale, long Coalesced, long Prefetches, long Evictions);

/// <summary>An entry, for people.</summary>
/// <param name="Age">Seconds since it was stored.</param>
/// <param name="Left">Seconds until it expires; negative when it is stale.</param>
internal sealed record CacheListing(int Type, int Class, EntryKind Kind, KeyFlags Flags, int Rcode, int Octets, long Age, long Left);
