using System.Net;
using Microsoft.Extensions.Logging;

namespace DotProxy.Configuration;

/// <summary>Everything that can be set, checked once, never changed. <see cref="CommandLine"/> makes it.</summary>
internal sealed record ProxyOptions
{
    /// <summary>What a message calls a setting: where its value was given; its flag where it was not.</summary>
    public Func<Setting, string> NameOf { get; init; } = setting => setting.Flag;

    /// <summary>What to print instead of starting, once all that a start needs has been found right; null to start.</summary>
    public string? Report { get; init; }

    public required IReadOnlyList<IPEndPoint> Listen { get; init; }

    /// <summary>Nobody chose the addresses: one that this system cannot have is left out instead of ending the start.</summary>
    public bool ListenIsDefault { get; init; }

    public required IReadOnlyList<UpstreamSpec> Upstreams { get; init; }

    /// <summary>Whom of several upstreams a query goes to.</summary>
    public Policy Policy { get; init; }

    /// <summary>Zones whose names are asked of other servers; no zone twice.</summary>
    public IReadOnlyList<RouteSpec> Routes { get; init; } = [];

    /// <summary>Names and addresses as hosts(5) has them; null for none.</summary>
    public string? HostsFile { get; init; }

    /// <summary>PEM; null trusts the system's store.</summary>
    public string? CaFile { get; init; }

    /// <summary>PEM, leaf first; null presents none.</summary>
    public string? ClientCertificate { get; init; }

    /// <summary>PEM; null where <see cref="ClientCertificate"/> holds the key too.</summary>
    public string? ClientKey { get; init; }

    /// <summary>Octets for the cache, all told; 0 for none.</summary>
    public long CacheSize { get; init; }

    /// <summary>Where the cache is kept over a restart; null forgets it.</summary>
    public string? CacheFile { get; init; }

    /// <summary>How long past its time an answer may be given (RFC 8767); zero for never.</summary>
    public TimeSpan Stale { get; init; }

    /// <summary>The least and the most time that an answer is remembered, whatever its TTL.</summary>
    public TimeSpan MinTtl { get; init; }

    public TimeSpan MaxTtl { get; init; }

    /// <summary>Whether a connection that ended idle is dialled anew at once.</summary>
    public bool KeepWarm { get; init; }

    /// <summary>Most connections to an upstream; the first carries the load until it is at its bound.</summary>
    public int Connections { get; init; }

    /// <summary>Queries that may wait for a worker.</summary>
    public int QueueCapacity { get; init; }

    /// <summary>For one client query, all attempts together.</summary>
    public TimeSpan Timeout { get; init; }

    /// <summary>Where the socket for operators is made; null for none.</summary>
    public string? Control { get; init; }

    public LogLevel LogLevel { get; init; }

    public LogFormat LogFormat { get; init; }
}
