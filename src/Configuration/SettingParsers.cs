using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace DotProxy.Configuration;

/// <summary>Reads a setting's text; false where it is wrong, with what would be right.</summary>
internal delegate bool SettingParser<T>(string text, [MaybeNullWhen(false)] out T value, out string expected);

/// <summary>The kinds of values that settings have.</summary>
internal static class SettingParsers
{
    public const string True = "true", False = "false";

    /// <summary>What a switch is set to.</summary>
    public static readonly SettingParser<bool> Switch = OneOf((True, true), (False, false));

    /// <summary>The room in <c>sockaddr_un</c>, less its closing zero (unix(7)).</summary>
    private const int LongestSocketPath = 107;

    public const string HostsRemedy = "give the path of a file like /etc/hosts that this user may read";

    public static bool PemFile(string text, out string value, out string expected) => ExistingFile(text, CertificateFiles.Remedy, out value, out expected);

    public static bool HostsFile(string text, out string value, out string expected) => ExistingFile(text, HostsRemedy, out value, out expected);

    /// <summary>The file must be there; <see cref="Configuration.ConfigFile"/> reads it.</summary>
    public static bool ConfigFile(string text, out string value, out string expected)
    {
        value = text;
        expected = (Directory.Exists(text) ? "it is a directory" : "no such file") + "; " + Configuration.ConfigFile.Remedy;
        // A pipe or a device is good too.
        return Path.Exists(text) && !Directory.Exists(text);
    }

    /// <summary>The file need not be there yet; what is there is judged by who reads it.</summary>
    public static bool CacheFile(string text, out string value, out string expected)
    {
        value = text;
        expected = (Directory.Exists(text) ? "it is a directory" : "no such directory") + "; give the path of a file in a directory that this user may write to";
        return text.Length > 0 && !Directory.Exists(text) && Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(text)));
    }

    /// <summary>Of a Unix domain socket: what is there is judged by who binds it, or connects to it.</summary>
    public static bool SocketPath(string text, out string value, out string expected)
    {
        value = text;
        expected = text.Length == 0 ? "expected the path of a socket, such as /run/dotproxy.sock"
            : $"it is longer than the {LongestSocketPath} octets that the path of a socket may have; give a shorter one";
        return text.Length > 0 && Encoding.UTF8.GetByteCount(text) <= LongestSocketPath;
    }

    public static SettingParser<int> Number(int least, int most) => (string text, out int value, out string expected) =>
    {
        expected = $"expected a whole number from {least} to {most}";
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= least && value <= most;
    };

    public static bool Size(string text, out long value, out string expected)
    {
        expected = "expected a size from 64K to 16G, such as 16M, or 0";
        int unit = "KMG".IndexOf(text.Length > 0 ? char.ToUpperInvariant(text[^1]) : ' ', StringComparison.Ordinal);
        if (!long.TryParse(unit < 0 ? text : text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out value) || value > int.MaxValue) return false;
        value <<= (unit + 1) * 10;
        return value == 0 || value is >= 64L << 10 and <= 16L << 30;
    }

    public static SettingParser<TimeSpan> Duration(TimeSpan least, TimeSpan most) => (string text, out TimeSpan value, out string expected) =>
    {
        expected = $"expected a time from {Show(least)} to {Show(most)} in whole seconds, minutes, hours or days, such as 30s, 10m, 2h or 1d";
        value = default;
        int seconds = text.Length == 0 ? 0 : char.ToLowerInvariant(text[^1]) switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86_400, _ => 0 };
        if (!uint.TryParse(seconds == 0 ? text : text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out uint count)) return false;
        // Only zero needs no unit.
        if (seconds == 0 && count != 0) expected = $"the unit is missing; {expected}";
        if (count > TimeSpan.MaxValue.TotalSeconds / 86_400 || (seconds == 0 && count != 0)) return false;
        value = TimeSpan.FromSeconds((double)count * seconds);
        return value >= least && value <= most;
    };

    public static bool Timeout(string text, out TimeSpan value, out string expected)
    {
        expected = "expected a time from 100ms to 30s, such as 800ms or 4s";
        value = default;
        (string digits, double unit) = text.EndsWith("ms", StringComparison.OrdinalIgnoreCase) ? (text[..^2], 1)
            : text.EndsWith('s') || text.EndsWith('S') ? (text[..^1], 1000) : (text, 0);
        if (!double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double count)) return false;
        if (unit == 0) expected = $"the unit is missing; {expected}";
        if (count * unit is not (>= 100 and <= 30_000)) return false;
        value = TimeSpan.FromMilliseconds(count * unit);
        return true;
    }

    public static SettingParser<T> OneOf<T>(params (string Text, T Value)[] choices) => (string text, [MaybeNullWhen(false)] out T value, out string expected) =>
    {
        expected = "expected " + string.Join(", ", choices.SkipLast(1).Select(choice => choice.Text)) + " or " + choices[^1].Text;
        int index = Array.FindIndex(choices, choice => choice.Text.Equals(text, StringComparison.OrdinalIgnoreCase));
        value = index < 0 ? default : choices[index].Value;
        return index >= 0;
    };

    /// <summary>The file must be there; what it holds is judged by who reads it.</summary>
    private static bool ExistingFile(string text, string remedy, out string value, out string expected)
    {
        value = text;
        expected = (Directory.Exists(text) ? "it is a directory" : "no such file") + "; " + remedy;
        return File.Exists(text);
    }

    private static string Show(TimeSpan time) => time switch
    {
        { Ticks: 0 } => "0",
        { TotalDays: >= 1 } => $"{time.TotalDays:0}d",
        { TotalHours: >= 1 } => $"{time.TotalHours:0}h",
        _ => $"{time.TotalSeconds:0}s",
    };
}
