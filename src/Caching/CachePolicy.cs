using DotProxy.Configuration;
using DotProxy.Resolution;

namespace DotProxy.Caching;

/// <summary>How long answers are remembered, in seconds.</summary>
internal sealed record CachePolicy
{
    /// <summary>What stale answers say of themselves (RFC 8767 §4).</summary>
    public const uint StaleTtl = 30;

    /// <summary>RFC 2308 §5: one to three hours are sensible for what does not exist.</summary>
    public const uint MaxNegativeTtl = 10_800;

    /// <summary>RFC 9520 §3.2: at least a second, at most five minutes. Ours doubles up to half a minute.</summary>
    public const uint FirstFailureTtl = 1, LongestFailureTtl = 30;

    /// <summary>Failures that count; more make no difference to <see cref="FailureTtl"/>.</summary>
    public const int MostFailures = 6;

    /// <summary>Our choice: a failure so long after the last one is the first of a new row.</summary>
    public const uint FailuresForgottenAfter = 300;

    /// <summary>A client that has waited so long is given the stale answer (RFC 8767 §5).</summary>
    public static readonly TimeSpan ClientPatience = TimeSpan.FromSeconds(1.8);

    // Our choices: an answer is looked up anew in the last tenth of its time, unless that is over in a moment.
    private const uint RefreshShare = 10, LeastRefreshedTtl = 10;

    /// <summary>No answer is remembered for less, whatever its TTLs say.</summary>
    public uint MinTtl { get; init; }

    public uint MaxTtl { get; init; } = 86_400;

    /// <summary>How long past its time an answer may still be given where there is no better one (RFC 8767).</summary>
    public uint StaleFor { get; init; } = 86_400;

    public static CachePolicy Of(ProxyOptions options) => new()
    {
        MinTtl = (uint)options.MinTtl.TotalSeconds,
        MaxTtl = (uint)options.MaxTtl.TotalSeconds,
        StaleFor = (uint)options.Stale.TotalSeconds,
    };

    /// <summary>The time until it is worth asking again after so many failures in a row.</summary>
    public static uint FailureTtl(int failures) => Math.Min(LongestFailureTtl, FirstFailureTtl << Math.Clamp(failures - 1, 0, MostFailures - 1));

    /// <summary>A negative answer's records count for no longer than it does (RFC 2308 §5).</summary>
    public TtlChange TtlsOf(EntryKind kind, uint lifetime) =>
        new() { Floor = MinTtl, Ceiling = kind == EntryKind.Negative ? Math.Min(lifetime, MaxTtl) : MaxTtl };

    public bool IsUsableStale(scoped in CachedAnswer found, uint now) =>
        found.Kind != EntryKind.Failure && now >= found.ExpiresAt && now - found.ExpiresAt < StaleFor;

    public static bool IsDueForRefresh(scoped in CachedAnswer found, uint now)
    {
        uint lifetime = found.ExpiresAt - found.StoredAt, left = found.ExpiresAt - now;
        return left <= lifetime / RefreshShare && lifetime >= LeastRefreshedTtl && found.Kind != EntryKind.Failure && now >= found.RetryAt;
    }
}
