using System.Globalization;

namespace DotProxy.Bench.Systems;

/// <summary>
/// Unbound, forwarding all over TLS. More than 16 connections, or fewer queries on each, make it slower; the limits on
/// queries are lifted, and what a resolver does beyond forwarding is off. Its caches have room for all that it is asked for.
/// </summary>
internal sealed class Unbound : Forwarder
{
    public override string Name => "unbound";

    public override string Program => "unbound";

    public override string Version => Tool.VersionLine(Program, "-V").Replace("Version", "Unbound", StringComparison.Ordinal);

    public override string[] Prepare(Place place)
    {
        string file = Path.Combine(place.Directory, "unbound.conf");
        File.WriteAllText(file, string.Create(CultureInfo.InvariantCulture, $"""
            server:
                do-daemonize: no
                use-syslog: no
                verbosity: 0
                username: ""
                chroot: ""
                pidfile: ""
                directory: "{place.Directory}"
                interface: 127.0.0.1@{place.Port}
                access-control: 127.0.0.0/8 allow
                do-not-query-localhost: no
                module-config: "iterator"
                num-threads: 1
                so-reuseport: yes
                so-rcvbuf: 4m
                so-sndbuf: 4m
                incoming-num-tcp: 200
                outgoing-range: 8192
                num-queries-per-thread: 8192
                outgoing-num-tcp: 16
                max-reuse-tcp-queries: 1000
                tcp-reuse-timeout: 60000
                msg-cache-size: 256m
                rrset-cache-size: 512m
                prefetch: yes
                qname-minimisation: no
                aggressive-nsec: no
                minimal-responses: yes
                tls-cert-bundle: "{place.CaFile}"
            remote-control:
                control-enable: no
            forward-zone:
                name: "."
                forward-tls-upstream: yes
                forward-no-cache: {(place.WithCache ? "no" : "yes")}
                forward-addr: 127.0.0.1@{place.UpstreamPort}#{place.UpstreamName}

            """));
        return [Tool.Find(Program)!, "-d", "-p", "-c", file];
    }
}
