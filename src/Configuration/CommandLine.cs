using System.Net;
using System.Reflection;
using Microsoft.Extensions.Logging;

namespace DotProxy.Configuration;

/// <summary>Turns flags, environment and file into <see cref="ProxyOptions"/>, or into what to print instead of starting.</summary>
internal static class CommandLine
{
    private static readonly IPEndPoint[] s_defaultListen = [new(IPAddress.Any, ListenAddress.DefaultPort), new(IPAddress.IPv6Any, ListenAddress.DefaultPort)];

    /// <summary>What asks for help, here and behind a subcommand.</summary>
    public static readonly string[] HelpSwitches = ["--help", "-h"];

    private const string VersionSwitch = "--version";

    // The first word may be a command; what follows are options, whichever it is. None starts the proxy.
    private const string CheckCommand = "check";
    private static readonly string[] s_commands = [CheckCommand, "cache"];

    public static string Version { get; } =
        typeof(CommandLine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <summary>Null with the text to print where help or the version was asked for.</summary>
    /// <exception cref="StartException">Something is unknown or wrong.</exception>
    public static ProxyOptions? Parse(IReadOnlyList<string> words, Func<string, string?> environment, out string print)
    {
        // Whoever asks for help gets it, whatever else is wrong.
        print = words.Any(HelpSwitches.Contains) ? HelpText.Render() : words.Contains(VersionSwitch) ? $"dotproxy {Version}" : "";
        if (print.Length > 0) return null;
        bool isCheck = words is [CheckCommand, ..];
        string[] flags = [.. Settings.All.Select(setting => setting.Flag)], switches = [.. Settings.All.Where(setting => setting.IsSwitch).Select(setting => setting.Flag)];
        var arguments = new Arguments([.. words.Skip(isCheck ? 1 : 0)], flags, switches, commands: s_commands);
        var sources = Sources.Open(arguments, environment);
        ProxyOptions options = ReadAll(sources);
        return isCheck ? options with { Report = EffectiveConfiguration.Render(sources) } : options;
    }

    private static ProxyOptions ReadAll(Sources sources)
    {
        IReadOnlyList<IPEndPoint> listen = Settings.Listen.Read(sources);
        RefuseOverlaps(listen, sources.NameOf(Settings.Listen));
        IReadOnlyList<UpstreamSpec> upstreams = Settings.Upstream.Read(sources);
        if (upstreams.Count == 0 && sources.File is { } file) upstreams = UpstreamTables.Read(file);
        UpstreamRules.Check(upstreams, listen, sources.NameOf);
        string? certificate = One<string?>(Settings.ClientCertificate!, null), key = One<string?>(Settings.ClientKey!, null);
        if (key is not null && certificate is null)
            throw new StartException($"{sources.NameOf(Settings.ClientKey)} '{key}': there is no certificate for it; give {Settings.ClientCertificate.Flag} too");
        TimeSpan minTtl = One(Settings.MinTtl, TimeSpan.Zero), maxTtl = One(Settings.MaxTtl, TimeSpan.FromDays(1));
        if (minTtl > maxTtl) throw new StartException($"{sources.NameOf(Settings.MinTtl)} '{minTtl.TotalSeconds}s': it is more than {sources.NameOf(Settings.MaxTtl)}, {maxTtl.TotalSeconds}s");

        return new ProxyOptions
        {
            NameOf = sources.NameOf,
            Listen = listen.Count > 0 ? listen : s_defaultListen,
            ListenIsDefault = listen.Count == 0,
            Upstreams = upstreams.Count > 0 ? UpstreamRules.Distinguish(upstreams) : [UpstreamSpec.Default],
            Policy = One(Settings.Policy, Policy.Ordered),
            Routes = RouteSpec.Check(Settings.Route.Read(sources), listen.Count > 0 ? listen : s_defaultListen, sources.NameOf(Settings.Route)),
            HostsFile = One<string?>(Settings.Hosts!, null),
            CaFile = One<string?>(Settings.CaFile!, null),
            ClientCertificate = certificate,
            ClientKey = key,
            CacheSize = One(Settings.CacheSize, 16L << 20),
            CacheFile = One<string?>(Settings.CacheFile!, null),
            Stale = One(Settings.Stale, TimeSpan.FromDays(1)),
            MinTtl = minTtl,
            MaxTtl = maxTtl,
            KeepWarm = One(Settings.KeepWarm, false),
            Connections = One(Settings.Connections, 2),
            QueueCapacity = One(Settings.Queue, 16_384),
            Timeout = One(Settings.Timeout, TimeSpan.FromSeconds(4)),
            Control = One<string?>(Settings.Control!, null),
            LogLevel = One(Settings.Level, LogLevel.Information),
            LogFormat = One(Settings.Format, LogFormat.Text),
        };

        T One<T>(Setting<T> setting, T fallback) => setting.Read(sources) is [var value] ? value : fallback;
    }

    /// <summary>The second of two that overlap could not be bound, and it would look as if another process had the port.</summary>
    private static void RefuseOverlaps(IReadOnlyList<IPEndPoint> listen, string source)
    {
        for (int i = 0; i < listen.Count; i++)
        {
            IPEndPoint address = listen[i];
            if (address.Port == 0) continue;
            IPEndPoint? other = listen.Take(i).FirstOrDefault(earlier => earlier.Port == address.Port
                && earlier.AddressFamily == address.AddressFamily
                && (earlier.Address.Equals(address.Address) || ListenAddress.IsWildcard(earlier.Address) || ListenAddress.IsWildcard(address.Address)));
            if (other is not null) throw new StartException($"{source} '{address}': '{other}' covers it already; leave one of them out");
        }
    }
}
