using DotProxy.Configuration;
using DotProxy.Dns;
using DotProxy.Resolution;
using DotProxy.Telemetry;

namespace DotProxy.Caching;

/// <summary>The cache with all that belongs to it, put together as the options say.</summary>
internal sealed class CacheStage : IDisposable
{
    // Our choice: what a crash may cost, against the wear of a router's flash memory.
    private static readonly TimeSpan s_savePeriod = TimeSpan.FromMinutes(5);

    private readonly CachingResolver _resolver;
    private readonly CacheFile? _file;
    private readonly ITimer? _saving;

    private CacheStage(IResolver next, ProxyOptions options, TimeProvider time, Counters counters, LogEvents log)
    {
        var cache = new AnswerCache(options.CacheSize);
        var clock = new CacheClock(time);
        var policy = CachePolicy.Of(options);
        _resolver = new CachingResolver(next, new AnswerMemory(cache, policy, clock), options.Timeout, time, counters, log);
        Control = new CacheControl(cache, clock, counters);
        if (options.CacheFile is not { } path) return;
        var routed = new NameMap<RouteSpec>();
        foreach (RouteSpec route in options.Routes) routed.Add(route.Zone, route);
        _file = new CacheFile(path, cache, clock, policy, time, log, routed);
        _file.Load();
        _saving = time.CreateTimer(_ => _file.Save(), null, s_savePeriod, s_savePeriod);
    }

    public IResolver Resolver => _resolver;

    public ICacheControl Control { get; }

    /// <summary>Null where there is to be no cache.</summary>
    public static CacheStage? Before(IResolver next, ProxyOptions options, TimeProvider time, Counters counters, LogEvents log) =>
        options.CacheSize > 0 ? new CacheStage(next, options, time, counters, log) : null;

    /// <summary>
    /// After everything that was asked is answered: keeps what is to be kept. The cache's memory is left to the process's end, for a TCP
    /// client's loop that is just ending may still look into it.
    /// </summary>
    public void Dispose()
    {
        _saving?.Dispose();
        _file?.Save();
        _resolver.Dispose();
    }
}
