using System.Globalization;
using System.Text;

namespace DotProxy.Configuration;

/// <summary>
/// What <c>dotproxy check</c> prints: every setting, as a file that can be read again, each with where it is from. Defaults are
/// commented out, so that they stay defaults. Files are named and never shown.
/// </summary>
internal static class EffectiveConfiguration
{
    public static string Render(Sources sources)
    {
        var text = new StringBuilder($"# dotproxy {CommandLine.Version} would start with this. What is commented out is the default.\n");
        foreach ((string title, Setting[] members) in Settings.Groups)
        {
            if (Array.TrueForAll(members, setting => setting == Settings.Config)) continue;
            text.Append("\n# ").Append(title).Append('\n');
            foreach (Setting setting in members) Append(text, setting, sources);
        }
        if (sources.File is { } file && sources.Find(Settings.Upstream).Count == 0) AppendTables(text, file);
        return text.ToString();
    }

    /// <summary>With what a start would warn of at its head.</summary>
    public static string Render(string configuration, IReadOnlyList<string> warnings) =>
        string.Concat(warnings.Select(warning => $"# warning: {warning}\n")) + configuration;

    private static void Append(StringBuilder text, Setting setting, Sources sources)
    {
        IReadOnlyList<GivenText> given = sources.Find(setting);
        if (given.Count > 0)
        {
            IEnumerable<string> values = given.SelectMany(value => setting.Split(value.Text)).Select(value => setting.IsPath ? Path.GetFullPath(value) : value);
            AppendLine(text, setting.Key, values, setting.IsList, given[0].Place);
        }
        // Upstreams in tables stand at the end, as TOML wants it.
        else if (setting != Settings.Upstream || sources.File?.Tables(UpstreamTables.Header) is null or [])
        {
            text.Append('#');
            if (setting.DefaultText.Length == 0) text.Append(CultureInfo.InvariantCulture, $"{setting.Key}  # default: none\n");
            else AppendLine(text, setting.Key, setting.DefaultText.Split(" and "), setting.IsList, "default");
        }
    }

    private static void AppendTables(StringBuilder text, ConfigFile file)
    {
        foreach (TableReader table in file.Tables(UpstreamTables.Header))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n[[{UpstreamTables.Header}]]\n");
            foreach (string key in UpstreamTables.Keys)
            {
                IReadOnlyList<GivenText> given = table.Texts(key, UpstreamTables.IsPath(key));
                if (given.Count > 0) AppendLine(text, key, given.Select(value => value.Text), UpstreamTables.IsList(key), given[0].Place);
            }
        }
    }

    private static void AppendLine(StringBuilder text, string key, IEnumerable<string> values, bool isList, string place)
    {
        string written = string.Join(", ", values.Select(Write));
        text.Append(key).Append(" = ").Append(isList ? $"[{written}]" : written).Append("  # ").Append(place).Append('\n');
    }

    /// <summary>As TOML has it: bare where it is a whole number or a Boolean, else in quotes.</summary>
    private static string Write(string value)
    {
        if (value is "true" or "false" || (long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _) && (value == "0" || value[0] != '0'))) return value;
        var text = new StringBuilder("\"");
        foreach (char letter in value)
        {
            if (letter is '"' or '\\') text.Append('\\').Append(letter);
            else if (char.IsControl(letter)) text.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}");
            else text.Append(letter);
        }
        return text.Append('"').ToString();
    }
}
