using System.Net;

namespace DotProxy.Configuration;

/// <summary>What upstreams must not be, each right by itself though it may be.</summary>
internal static class UpstreamRules
{
    // Our choice: more would not be safer, and each is dialled at the start.
    private const int Most = 16;

    /// <exception cref="StartException">They are too many, one is there twice, or one is this proxy itself.</exception>
    public static void Check(IReadOnlyList<UpstreamSpec> upstreams, IReadOnlyList<IPEndPoint> listen, Func<Setting, string> nameOf)
    {
        if (upstreams.Count > Most) throw new StartException($"{SourceOf(upstreams[^1])} is given {upstreams.Count} times; {Most} are the most");
        for (int i = 0; i < upstreams.Count; i++)
        {
            foreach (IPEndPoint address in upstreams[i].Addresses)
            {
                if (listen.FirstOrDefault(listener => IsSame(listener, address)) is { } own)
                    throw new StartException($"{SourceOf(upstreams[i])} '{address}': it is {nameOf(Settings.Listen)} '{own}', this proxy's own address: a query would go round for ever");
                if (upstreams.Take(i).Any(earlier => IsSameResolver(earlier, upstreams[i]) && earlier.Addresses.Contains(address)))
                    throw new StartException($"{SourceOf(upstreams[i])} '{upstreams[i].Name}': {address} is there twice; leave one of them out");
            }
        }

        string SourceOf(UpstreamSpec upstream) => upstream.Source ?? nameOf(Settings.Upstream);
    }

    /// <summary>Numbers those of the same name, so that the log tells them apart.</summary>
    public static IReadOnlyList<UpstreamSpec> Distinguish(IReadOnlyList<UpstreamSpec> upstreams) =>
        [.. upstreams.Select((spec, index) => upstreams.Take(index).Count(earlier => earlier.Name == spec.Name) is var before and > 0
            ? spec with { Name = $"{spec.Name} ({before + 1})" } : spec)];

    private static bool IsSameResolver(UpstreamSpec one, UpstreamSpec other) =>
        one.HostName == other.HostName && one.Transport == other.Transport && (one.Transport == Transport.Tls || one.Path == other.Path);

    private static bool IsSame(IPEndPoint listener, IPEndPoint upstream) =>
        listener.Port == upstream.Port && listener.Port != 0
        && (listener.Address.Equals(upstream.Address) || (ListenAddress.IsWildcard(listener.Address) && IPAddress.IsLoopback(upstream.Address)));
}
