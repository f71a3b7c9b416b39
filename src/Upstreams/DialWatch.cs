using DotProxy.Dns;
using DotProxy.Resolution;

namespace DotProxy.Upstreams;

/// <summary>
/// Whether a dial that somebody waits for takes its time: nothing is wrong yet, but whoever has another upstream had better ask that one.
/// </summary>
internal sealed class DialWatch(string upstream, TimeProvider time)
{
    // Our choice: two round trips of a bad line.
    private static readonly TimeSpan s_slow = TimeSpan.FromMilliseconds(300);
    private const long NotDialing = long.MaxValue;

    private readonly Failure _tooSlow = new(ExtendedErrorCode.NetworkError, $"{upstream}: not connected within {s_slow.TotalMilliseconds:0} ms");
    private long _since = NotDialing;

    /// <summary>Null while nothing is dialled, or not for long.</summary>
    public Failure? Trouble => Volatile.Read(ref _since) is var since and not NotDialing && time.GetElapsedTime(since) >= s_slow ? _tooSlow : null;

    public void Begin() => Volatile.Write(ref _since, time.GetTimestamp());

    public void End() => Volatile.Write(ref _since, NotDialing);
}
