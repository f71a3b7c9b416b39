namespace DotProxy.Caching;

/// <summary>How long answers are remembered, in seconds.</summary>
internal sealed record CachePolicy
{
    /// <summary>No answer is remembered for less, whatever its TTLs say.</summary>
    public uint MinTtl { get; init; }

    public uint MaxTtl { get; init; } = 86_400;

    /// <summary>How long past its time an answer may still be given where there is no better one (RFC 8767).</summary>
    public uint StaleFor { get; init; } = 86_400;

    /// <summary>What stale answers say of themselves (RFC 8767 §4).</summary>
    public const uint StaleTtl = 30;

    /// <summary>A client that has waited so long is given the stale answer (RFC 8767 §5).</summary>
    public static readonly TimeSpan ClientPatience = TimeSpan.FromSeconds(1.8);

    /// <summary>RFC 2308 §5: one to three hours are sensible for what does not exist.</summary>
    public const uint MaxNegativeTtl = 10_800;

    /// <summary>RFC 9520 §3.2: at least a second, at most five minutes. Ours doubles up to half a minute.</summary>
    public const uint FirstFailureTtl = 1, LongestFailureTtl = 30;

    /// <summary>The time until it is worth asking again after so many failures in a row.</summary>
    public static uint FailureTtl(int failures) => Math.Min(LongestFailureTtl, FirstFailureTtl << Math.Clamp(failures - 1, 0, 5));
}
