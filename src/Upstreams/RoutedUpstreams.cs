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
    private readonly List<UpstreamWorkers> _encrypted = [];
    private readonly List<PlainUpstream> _plain = [];

    private readonly IUpstream _others;

    private RoutedUpstreams(IUpstream others) => Resolver = _others = others;

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
        List<Route> all = [];
        var upstreams = new RoutedUpstreams(others) { Resolver = new RoutingResolver(others, byZone, all) };
        foreach (RouteSpec spec in options.Routes)
        {
            log.Routed(spec.ZoneName, spec.Target);
            if (!byTarget.TryGetValue(spec.Target, out Route? route))
            {
                route = byTarget[spec.Target] = new Route(upstreams.Start(spec, options, identity, time, counters, log));
                all.Add(route);
            }
            byZone.Add(spec.Zone, route);
        }
        return upstreams;
    }

    /// <summary>All at once: waits until every query is answered or too late.</summary>
    public Task StopAsync() => Task.WhenAll(
        [_others.StopAsync(IUpstream.DrainTime), .. _encrypted.Select(workers => workers.StopAsync(IUpstream.DrainTime)), .. _plain.Select(plain => plain.StopAsync())]);

    /// <summary>Those that are asked in clear keep no connection.</summary>
    public void NetworkChanged()
    {
        _others.NetworkChanged();
        _encrypted.ForEach(workers => workers.NetworkChanged());
    }

    public void Dispose()
    {
        _others.Dispose();
        _encrypted.ForEach(workers => workers.Dispose());
        _plain.ForEach(plain => plain.Dispose());
    }

    private IResolver Start(RouteSpec spec, ProxyOptions options, TlsIdentity identity, TimeProvider time, Counters counters, LogEvents log)
    {
        if (spec.Plain is { } plain)
        {
            var upstream = new PlainUpstream(plain, options.Timeout, RandomNumberGenerator.Fill, time, counters, log);
            _plain.Add(upstream);
            return upstream;
        }
        UpstreamWorkers workers = UpstreamWorkers.Start(spec.Encrypted!, options, identity, time, counters, log);
        _encrypted.Add(workers);
        return workers;
    }
}
