namespace DotProxy.Caching;

/// <summary>
/// Whole seconds since a moment half a year before the start, so that what was stored before it has a time too. Monotonic: a
/// clock that is set neither ages nor freshens an entry.
/// </summary>
internal sealed class CacheClock(TimeProvider time)
{
    private const uint AtStart = 1 << 24;

    private readonly long _start = time.GetTimestamp();

    public uint Now => AtStart + (uint)((time.GetTimestamp() - _start) / time.TimestampFrequency);
}
