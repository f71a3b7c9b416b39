using System.Globalization;

namespace DotProxy.Bench.Systems;

/// <summary>
/// smartdns, forwarding all over TLS: no speed test of addresses, the first answer is the answer. Its cache has room for all that
/// it is asked for.
/// </summary>
internal sealed class SmartDns : Forwarder
{
    private const int CacheEntries = 1_000_000;

    public override string Name => "smartdns";

    public override string Program => "smartdns";

    public override string Version => Tool.VersionLine(Program, "-v");

    public override string[] Prepare(Place place)
    {
        string file = Path.Combine(place.Directory, "smartdns.conf");
        File.WriteAllText(file, string.Create(CultureInfo.InvariantCulture, $"""
            bind 127.0.0.1:{place.Port}
            bind-tcp 127.0.0.1:{place.Port}
            tcp-idle-time 120
            cache-size {(place.WithCache ? CacheEntries : 0)}
            cache-persist no
            prefetch-domain no
            serve-expired no
            speed-check-mode none
            response-mode fastest-response
            dualstack-ip-selection no
            audit-enable no
            log-level fatal
            ca-file {place.CaFile}
            server-tls 127.0.0.1:{place.UpstreamPort} -host-name {place.UpstreamName} -tls-host-verify {place.UpstreamName}

            """));
        return [Tool.Find(Program)!, "-f", "-c", file, "-p", Path.Combine(place.Directory, "smartdns.pid")];
    }
}
