namespace DotProxy.Upstreams;

/// <summary>When what happened on one connection, and what follows from that.</summary>
internal sealed class ConnectionTimes(TimeProvider time)
{
    // Within so long of its handshake a connection is not closed for being idle: whoever does so will not serve.
    private static readonly TimeSpan s_youth = TimeSpan.FromMilliseconds(250);

    private const long NotBlocked = long.MinValue;

    private readonly long _begunAt = time.GetTimestamp();
    private long _lastAnswerAt = time.GetTimestamp();
    private long _blockedSince = NotBlocked;
    private long _endedAt;

    /// <summary>From the handshake to the end; known once that is.</summary>
    public TimeSpan Life => time.GetElapsedTime(_begunAt, _endedAt);

    /// <summary>From the last answer to the end; known once that is.</summary>
    public TimeSpan IdleAtEnd => time.GetElapsedTime(LastAnswerAt, _endedAt);

    /// <summary>Whether it was over as soon as it had begun; known once it is over.</summary>
    public bool IsYoung => Life < s_youth;

    /// <summary>A timestamp; of the handshake while nothing has been answered.</summary>
    public long LastAnswerAt => Volatile.Read(ref _lastAnswerAt);

    public void Answered() => Volatile.Write(ref _lastAnswerAt, time.GetTimestamp());

    public void Ended() => _endedAt = time.GetTimestamp();

    /// <summary>
    /// Whether a query was sent, or a write has waited, for <paramref name="limit"/> or longer and nothing has been answered since:
    /// then it is the connection that is dead. Queries from before the last answer do not count, for those are names that are slow.
    /// </summary>
    public bool IsStalled(InFlightTable inFlight, TimeSpan limit, long now)
    {
        long lastAnswerAt = LastAnswerAt, blockedSince = Volatile.Read(ref _blockedSince);
        if (blockedSince != NotBlocked && time.GetElapsedTime(Math.Max(blockedSince, lastAnswerAt), now) >= limit) return true;
        return inFlight.OldestSentAfter(lastAnswerAt) is { } sentAt && time.GetElapsedTime(sentAt, now) >= limit;
    }

    /// <summary>The upstream takes in no more for now. Without a deadline of its own: the sweep watches how long.</summary>
    public async ValueTask WaitForRoomAsync(ValueTask write)
    {
        Volatile.Write(ref _blockedSince, time.GetTimestamp());
        try
        {
            await write;
        }
        finally
        {
            Volatile.Write(ref _blockedSince, NotBlocked);
        }
    }
}
