using DotProxy.Dns;
using DotProxy.Resolution;

namespace DotProxy.Upstreams;

/// <summary>What ends an upstream's queries and connections from this side, each made once.</summary>
internal sealed class UpstreamFailures(string name, TimeSpan timeout)
{
    /// <summary>What a query is told whose deadline passed on a connection that works.</summary>
    public Failure NoAnswer { get; } = new(ExtendedErrorCode.NetworkError, $"{name}: no answer within {timeout.TotalSeconds:0.###} s");

    /// <summary>What ends a connection that has not answered for half the time, not even a probe.</summary>
    public Failure FellSilent { get; } = new(ExtendedErrorCode.NetworkError, $"{name}: connected, but no answer within {timeout.TotalSeconds / 2:0.###} s");

    /// <summary>What ends a connection that the network has changed under.</summary>
    public Failure NetworkChange { get; } = new(ExtendedErrorCode.NetworkError, $"{name}: the network changed");

    /// <summary>What ends a connection that the upstream would close soon, or wants closed.</summary>
    public Failure IdleClose { get; } = new(ExtendedErrorCode.NetworkError, $"{name}: idle for as long as the upstream allows");
}
