using DotProxy.Caching;
using DotProxy.Dns;
using DotProxy.Telemetry;

namespace DotProxy.Control;

/// <summary>Does what a request asks of the cache. What comes over the socket is trusted no more than the wire.</summary>
/// <param name="cache">Null where there is none.</param>
internal sealed class CacheRequests(ICacheControl? cache, LogEvents log)
{
    /// <summary>Goes through the whole cache for some: call it where it may take its time.</summary>
    public ControlAnswer Answer(string request)
    {
        if (cache is null) return ControlAnswer.Refused("this proxy keeps no cache (--cache-size 0)");
        return request.Split(' ', 2) switch
        {
            [ControlAnswer.Figures] => new ControlAnswer(true, CacheReport.Of(cache.Figures)),
            [ControlAnswer.Show, var name] => Named(name, wire => CacheReport.Of(name, cache.Look(wire))),
            [ControlAnswer.Flush, var name] => Named(name, wire => CacheReport.Removed(Logged(cache.Flush(wire)), name)),
            [ControlAnswer.FlushAll] => new ControlAnswer(true, CacheReport.Removed(Logged(cache.Flush()))),
            _ => ControlAnswer.Refused("this proxy does not know that request; it may be of another version"),
        };
    }

    private static ControlAnswer Named(string text, Func<byte[], string> act) =>
        NameText.TryParse(text, out byte[]? name, out string fault) ? new ControlAnswer(true, act(name)) : ControlAnswer.Refused($"that is no name: {fault}");

    private int Logged(int removed)
    {
        log.CacheFlushed(removed);
        return removed;
    }
}
