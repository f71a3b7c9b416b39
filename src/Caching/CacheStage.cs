using DotProxy.Configuration;
using DotProxy.Resolution;
using DotProxy.Telemetry;

namespace DotProxy.Caching;

/// <summary>The cache with all that belongs to it, put together as the options say. Owns it.</summary>
internal sealed class CacheStage : IDisposable
{
    private readonly AnswerCache _cache;
    private readonly CachingResolver _resolver;

    private CacheStage(IResolver next, ProxyOptions options, TimeProvider time, Counters counters, LogEvents log)
    {
        _cache = new AnswerCache(options.CacheSize);
        var memory = new AnswerMemory(_cache, CachePolicy.Of(options), new CacheClock(time));
        _resolver = new CachingResolver(next, memory, options.Timeout, time, counters, log);
    }

    public IResolver Resolver => _resolver;

    /// <summary>Null where there is to be no cache.</summary>
    public static CacheStage? Before(IResolver next, ProxyOptions options, TimeProvider time, Counters counters, LogEvents log) =>
        options.CacheSize > 0 ? new CacheStage(next, options, time, counters, log) : null;

    /// <summary>After everything that was asked is answered.</summary>
    public void Dispose()
    {
        _resolver.Dispose();
        _cache.Dispose();
    }
}
