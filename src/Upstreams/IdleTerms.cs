namespace DotProxy.Upstreams;

/// <summary>
/// What an upstream says of how long one connection may be idle: asked for with the first query, read from its answer (RFC 7828).
/// </summary>
internal sealed class IdleTerms
{
    private const int NotAsked = -1, Heard = -2;
    private const long NothingTold = -1;

    private int _askingId = NotAsked;
    private long _toldTicks = NothingTold;

    /// <summary>Whether the next query is to ask.</summary>
    public bool IsToBeAsked => _askingId == NotAsked;

    public bool HasHeard => Volatile.Read(ref _askingId) == Heard;

    /// <summary>Null while it has said nothing, or does not.</summary>
    public TimeSpan? Told => Volatile.Read(ref _toldTicks) is >= 0 and long ticks ? TimeSpan.FromTicks(ticks) : null;

    /// <summary>Whether the upstream wants the connection closed (RFC 7828 §3.3.2, a timeout of zero): nothing more is asked on it.</summary>
    public bool IsRetired => Volatile.Read(ref _toldTicks) == 0;

    /// <summary>Notes the ID of the query that asks.</summary>
    public void Asked(ushort id) => Volatile.Write(ref _askingId, id);

    /// <summary>Looks whether this is the answer that tells; one comparison for all the others.</summary>
    public void Hear(ushort id, ReadOnlySpan<byte> answer)
    {
        if (id != Volatile.Read(ref _askingId)) return;
        Volatile.Write(ref _toldTicks, UpstreamAnswer.ReadIdleTimeout(answer)?.Ticks ?? NothingTold);
        Volatile.Write(ref _askingId, Heard);
    }
}
