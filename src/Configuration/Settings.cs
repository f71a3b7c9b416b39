using System.Net;
using Microsoft.Extensions.Logging;

namespace DotProxy.Configuration;

/// <summary>All settings, in the order and the groups in which the help shows them.</summary>
internal static class Settings
{
    public static readonly Setting<string> Config = new(
        "--config", "FILE", "Where to read what no flag and no variable says, and what has outgrown them (TOML).", "", SettingParsers.ConfigFile);

    public static readonly Setting<IPEndPoint> Listen = new(
        "--listen", "ADDR[:PORT]", "Address to answer on, over UDP and TCP. May be repeated.", "0.0.0.0:53 and [::]:53", ListenAddress.TryParse, isList: true);

    public static readonly Setting<UpstreamSpec> Upstream = new(
        "--upstream", "SPEC",
        $"Resolver to ask: {string.Join(", ", UpstreamSpec.PresetNames)}, tls://ADDRESS[:PORT]#HOSTNAME, or https://ADDRESS[:PORT]/dns-query#HOSTNAME. Its certificate must carry HOSTNAME "
            + "(without it: the address). May be repeated: the others stand in for one that fails, is silent or late.",
        "cloudflare", UpstreamSpec.TryParse, isList: true);

    public static readonly Setting<Policy> Policy = new(
        "--policy", "POLICY", "Which of several upstreams is asked: ordered (the first that is well), fastest, or spread (each domain always the same one, so that none sees all).",
        "ordered",
        SettingParsers.OneOf(("ordered", Configuration.Policy.Ordered), ("fastest", Configuration.Policy.Fastest), ("spread", Configuration.Policy.Spread)));

    public static readonly Setting<RouteSpec> Route = new(
        "--route", "ZONE=SPEC",
        "Resolver for the names at and below ZONE: as for --upstream, or in clear, such as lan=udp://192.168.1.1 or lan=tcp://192.168.1.1. May be repeated.", "",
        RouteSpec.TryParse, isList: true);

    public static readonly Setting<string> Hosts = new(
        "--hosts", "FILE", "Names to answer for here, as in /etc/hosts: addresses, and the names of addresses.", "", SettingParsers.HostsFile);

    public static readonly Setting<string> CaFile = new(
        "--ca-file", "FILE", "Certificate authorities to trust instead of the system's (PEM).", "", SettingParsers.PemFile);

    public static readonly Setting<string> ClientCertificate = new(
        "--client-cert", "FILE", "Certificate to present to the upstream (PEM).", "", SettingParsers.PemFile);

    public static readonly Setting<string> ClientKey = new(
        "--client-key", "FILE", "Its private key (PEM), if not in the same file.", "", SettingParsers.PemFile);

    public static readonly Setting<bool> KeepWarm = new(
        "--keep-warm", "", "Dial anew when the upstream closes an idle connection, so that the first query after a pause waits for no handshake.", "",
        SettingParsers.Switch);

    public static readonly Setting<int> Connections = new(
        "--connections", "N", "Most TLS connections to the upstream, 1 to 16. Each carries thousands of queries at a time.", "2", SettingParsers.Number(1, 16));

    public static readonly Setting<int> Queue = new(
        "--queue", "N", "Queries that may wait, 16 to 1048576; any more are answered SERVFAIL.", "16384", SettingParsers.Number(16, 1_048_576));

    public static readonly Setting<TimeSpan> Timeout = new(
        "--timeout", "TIME", "Time for one query, all attempts included: 100ms to 30s. Clients give up after 5s.", "4s", SettingParsers.Timeout);

    public static readonly Setting<long> CacheSize = new(
        "--cache-size", "SIZE", "Memory for answers: 64K to 16G, or 0 for none.", "16M", SettingParsers.Size);

    public static readonly Setting<string> CacheFile = new(
        "--cache-file", "FILE", "Where answers are kept over a restart.", "", SettingParsers.CacheFile);

    public static readonly Setting<TimeSpan> Stale = new(
        "--stale", "TIME", "How long an expired answer may still be given while the upstream gives none: up to 30d, or 0 for never.", "1d",
        SettingParsers.Duration(TimeSpan.Zero, TimeSpan.FromDays(30)));

    public static readonly Setting<TimeSpan> MinTtl = new(
        "--min-ttl", "TIME", "Keep answers at least this long, up to 1h.", "0", SettingParsers.Duration(TimeSpan.Zero, TimeSpan.FromHours(1)));

    public static readonly Setting<TimeSpan> MaxTtl = new(
        "--max-ttl", "TIME", "Keep answers at most this long, 1s to 7d.", "1d", SettingParsers.Duration(TimeSpan.FromSeconds(1), TimeSpan.FromDays(7)));

    public static readonly Setting<string> Control = new(
        "--control", "PATH", "Socket to make for 'dotproxy cache', which shows and flushes the cache; for this user and root alone.", "", SettingParsers.SocketPath);

    public static readonly Setting<LogLevel> Level = new(
        "--log-level", "LEVEL", "debug, info, warn or error. Only debug shows the names that were asked for, and only of queries that failed.", "info",
        SettingParsers.OneOf(("debug", LogLevel.Debug), ("info", LogLevel.Information), ("warn", LogLevel.Warning), ("error", LogLevel.Error)));

    public static readonly Setting<LogFormat> Format = new(
        "--log-format", "FORMAT", "text for people, json for machines; on standard output.", "text",
        SettingParsers.OneOf(("text", LogFormat.Text), ("json", LogFormat.Json)));

    public static readonly IReadOnlyList<(string Title, Setting[] Members)> Groups =
    [
        ("From a file", [Config]),
        ("Listening", [Listen]),
        ("Asking", [Upstream, Policy, CaFile, ClientCertificate, ClientKey, KeepWarm]),
        ("Names that stay at home", [Hosts, Route]),
        ("Remembering", [CacheSize, CacheFile, Stale, MinTtl, MaxTtl]),
        ("Limits", [Connections, Queue, Timeout]),
        ("Operating", [Control]),
        ("Logging", [Level, Format]),
    ];

    public static IEnumerable<Setting> All => Groups.SelectMany(group => group.Members);
}
