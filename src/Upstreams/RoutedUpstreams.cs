using System.Security.Cryptography;
using DotProxy.Configuration;
using DotProxy.Dns;
using DotProxy.Resolution;
using DotProxy.Telemetry;

namespace DotProxy.Upstreams;

/// <summary>
/// The upstreams for all other names, the servers that some zones are routed to, each with what it is asked through, and the fork that
/// leads there. Owns them all.
/// </summary>
internal sealed class RoutedUpstreams : IDisposable
{
    private readonly List<IUpstream> _all;

    private RoutedUpstreams(IUpstream others)
    {
        _all = [others];
        Resolver = others;
    }

    /// <summary>What stands behind the cache: the fork, or the next stage itself where nothing is routed.</summary>
    public IResolver Resolver { get; private init; }

    /// <summary>Makes a way to each server, one for all of its zones, and dials those that are asked over TLS or HTTPS.</summary>
    /// <param name="others">Where all other names go.</param>
    public static RoutedUpstreams Start(
        ProxyOptions options, TlsIdentity identity, IUpstream others, TimeProvider time, Counters counters, LogEvents log)
    {
        if (options.Routes.Count == 0) return new RoutedUpstreams(others);
        var byTarget = new Dictionary<string, Route>();
        var byZone = new NameMap<Route>();
        List<Route> routes = [];
        var upstreams = new RoutedUpstreams(others) { Resolver = new RoutingResolver(others, byZone, routes) };
        foreach (RouteSpec spec in options.Routes)
        {
            log.Routed(spec.ZoneName, spec.Target);
            if (!byTarget.TryGetValue(spec.Target, out Route? route))
            {
                IUpstream upstream = spec.Plain is { } plain
                    ? new PlainUpstream(plain, options.Timeout, RandomNumberGenerator.Fill, time, counters, log)
                    : UpstreamWorkers.Start(spec.Encrypted!, options, identity, time, counters, log);
                upstreams._all.Add(upstream);
                route = byTarget[spec.Target] = new Route(upstream);
                routes.Add(route);
            }
            byZone.Add(spec.Zone, route);
        }
        return upstreams;
    }

    /// <summary>All at once: waits until every query is answered or too late.</summary>
    public Task StopAsync() => Task.WhenAll(_all.Select(upstream => upstream.StopAsync(IUpstream.DrainTime)));

    public void NetworkChanged() => _all.ForEach(upstream => upstream.NetworkChanged());

    public void Dispose() => _all.ForEach(upstream => upstream.Dispose());
}
