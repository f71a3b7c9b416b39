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
