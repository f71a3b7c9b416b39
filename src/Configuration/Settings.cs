using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging;

namespace DotProxy.Configuration;

/// <summary>All settings, in the order and the groups in which the help shows them.</summary>
internal static class Settings
{
    public static readonly Setting<IPEndPoint> Listen = new(
        "--listen", "ADDR[:PORT]", "Address to answer on, over UDP and TCP. May be\nrepeated.", "0.0.0.0:53 and [::]:53", ParseListen, isList: true);

    public static readonly Setting<UpstreamSpec> Upstream = new(
        "--upstream", "SPEC", "Whom to ask: " + string.Join(", ", UpstreamSpec.PresetNames) + ", or\n"
            + "tls://ADDRESS[:PORT]#HOSTNAME, whose certificate must bear\nHOSTNAME (without it: the address).", "cloudflare", UpstreamSpec.TryParse, isList: true);

    public static readonly Setting<string> CaFile = new(
        "--ca-file", "FILE", "Certificate authorities to trust (PEM), not the system's.", "", ParseFile);

    public static readonly Setting<string> ClientCertificate = new(
        "--client-cert", "FILE", "Certificate to present to the upstream (PEM).", "", ParseFile);

    public static readonly Setting<string> ClientKey = new(
        "--client-key", "FILE", "Its private key (PEM), unless it is in the same file.", "", ParseFile);

    public static readonly Setting<int> Connections = new(
        "--connections", "N", "Most TLS connections to the upstream, 1 to 16. Each\ncarries thousands of queries at a time.", "2", Number(1, 16));

    public static readonly Setting<int> Queue = new(
        "--queue", "N", "Queries that may wait; past it they get SERVFAIL.", "16384", Number(16, 1_048_576));

    public static readonly Setting<TimeSpan> Timeout = new(
        "--timeout", "TIME", "For one query with all its attempts: 100ms to 30s.\nClients give up at 5s.", "4s", ParseTime);

    public static readonly Setting<long> CacheSize = new(
        "--cache-size", "SIZE", "Memory for answers: 64K to 16G, or 0 for none.", "16M", ParseSize);

    public static readonly Setting<string> CacheFile = new(
        "--cache-file", "FILE", "Where answers are kept over a restart.", "", ParseCacheFile);

    public static readonly Setting<TimeSpan> Stale = new(
        "--stale", "TIME", "How long past its time an answer may be given while the\nupstream gives none: up to 30d, or 0 for never.", "1d", Duration(TimeSpan.Zero, TimeSpan.FromDays(30)));

    public static readonly Setting<TimeSpan> MinTtl = new(
        "--min-ttl", "TIME", "Remember answers at least so long, up to 1h.", "0", Duration(TimeSpan.Zero, TimeSpan.FromHours(1)));

    public static readonly Setting<TimeSpan> MaxTtl = new(
        "--max-ttl", "TIME", "… and at most so long, 1s to 7d.", "1d", Duration(TimeSpan.FromSeconds(1), TimeSpan.FromDays(7)));

    public static readonly Setting<LogLevel> Level = new(
        "--log-level", "LEVEL", "debug, info, warn or error. Only debug names what was\nasked, where it failed.", "info",
        OneOf(("debug", LogLevel.Debug), ("info", LogLevel.Information), ("warn", LogLevel.Warning), ("error", LogLevel.Error)));

    public static readonly Setting<LogFormat> Format = new(
        "--log-format", "FORMAT", "text for people, json for machines; on standard output.", "text",
        OneOf(("text", LogFormat.Text), ("json", LogFormat.Json)));

    public static readonly IReadOnlyList<(string Title, Setting[] Members)> Groups =
    [
        ("Listening", [Listen]),
        ("Asking", [Upstream, CaFile, ClientCertificate, ClientKey]),
        ("Remembering", [CacheSize, CacheFile, Stale, MinTtl, MaxTtl]),
        ("Limits", [Connections, Queue, Timeout]),
        ("Logging", [Level, Format]),
    ];

    public static IEnumerable<Setting> All => Groups.SelectMany(group => group.Members);

    private static bool ParseListen(string text, [MaybeNullWhen(false)] out IPEndPoint value, out string expected)
    {
        expected = "expected an IP address with an optional port, such as 127.0.0.1:5300 or [::1]:53";
        value = EndPointText.Parse(text, defaultPort: 53);
        return value is not null;
    }

    /// <summary>The file must be there; what it holds is judged by who reads it.</summary>
    private static bool ParseFile(string text, out string value, out string expected)
    {
        expected = "no such file; give the path of a PEM file that this user may read";
        value = text;
        return File.Exists(text);
    }

    private static SettingParser<int> Number(int least, int most) => (string text, out int value, out string expected) =>
    {
        expected = $"expected a whole number from {least} to {most}";
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= least && value <= most;
    };

    private static bool ParseSize(string text, out long value, out string expected)
    {
        expected = "expected a size from 64K to 16G, such as 16M, or 0";
        int unit = "KMG".IndexOf(text.Length > 0 ? char.ToUpperInvariant(text[^1]) : ' ', StringComparison.Ordinal);
        if (!long.TryParse(unit < 0 ? text : text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out value) || value > int.MaxValue) return false;
        value <<= (unit + 1) * 10;
        return value == 0 || value is >= 64L << 10 and <= 16L << 30;
    }

    /// <summary>The file need not be there yet; what is there is judged by who reads it.</summary>
    private static bool ParseCacheFile(string text, out string value, out string expected)
    {
        expected = "no such directory; give the path of a file in one that this user may write to";
        value = text;
        return !Directory.Exists(text) && Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(text)));
    }

    private static SettingParser<TimeSpan> Duration(TimeSpan least, TimeSpan most) => (string text, out TimeSpan value, out string expected) =>
    {
        expected = $"expected a time from {Show(least)} to {Show(most)} in whole seconds, minutes, hours or days, such as 30s, 10m, 2h or 1d";
        value = default;
        int seconds = text.Length == 0 ? 0 : text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86_400, _ => 0 };
        // Only nothing needs no unit.
        if (!uint.TryParse(seconds == 0 ? text : text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out uint count)) return false;
        if (count > TimeSpan.MaxValue.TotalSeconds / 86_400 || (seconds == 0 && count != 0)) return false;
        value = TimeSpan.FromSeconds((double)count * seconds);
        return value >= least && value <= most;
    };

    private static string Show(TimeSpan time) => time switch
    {
        { Ticks: 0 } => "0",
        { TotalDays: >= 1 } => $"{time.TotalDays:0}d",
        { TotalHours: >= 1 } => $"{time.TotalHours:0}h",
        _ => $"{time.TotalSeconds:0}s",
    };

    private static bool ParseTime(string text, out TimeSpan value, out string expected)
    {
        expected = "expected a time from 100ms to 30s, such as 800ms or 4s";
        value = default;
        (string digits, double unit) = text.EndsWith("ms", StringComparison.Ordinal) ? (text[..^2], 1)
            : text.EndsWith('s') ? (text[..^1], 1000) : ("", 0);
        if (!double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double count)) return false;
        if (count * unit is not (>= 100 and <= 30_000)) return false;
        value = TimeSpan.FromMilliseconds(count * unit);
        return true;
    }

    private static SettingParser<T> OneOf<T>(params (string Text, T Value)[] choices) => (string text, [MaybeNullWhen(false)] out T value, out string expected) =>
    {
        expected = "expected " + string.Join(", ", choices.SkipLast(1).Select(choice => choice.Text)) + " or " + choices[^1].Text;
        int index = Array.FindIndex(choices, choice => choice.Text == text);
        value = index < 0 ? default : choices[index].Value;
        return index >= 0;
    };
}
