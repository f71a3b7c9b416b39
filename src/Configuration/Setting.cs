using System.Diagnostics.CodeAnalysis;

namespace DotProxy.Configuration;

/// <summary>One thing that can be set, as a flag and as an environment variable, with one parser for both.</summary>
internal abstract class Setting(string flag, string valueName, string help, string defaultText)
{
    /// <summary>Such as <c>--ca-file</c>.</summary>
    public string Flag => flag;

    /// <summary>Such as <c>DOTPROXY_CA_FILE</c>.</summary>
    public string Variable { get; } = "DOTPROXY_" + flag[2..].Replace('-', '_').ToUpperInvariant();

    public string ValueName => valueName;

    public string Help => help;

    /// <summary>What the help shows behind "default"; empty for nothing.</summary>
    public string DefaultText => defaultText;
}

/// <summary>Reads a setting's text; false where it is wrong, with what would be right.</summary>
internal delegate bool SettingParser<T>(string text, [MaybeNullWhen(false)] out T value, out string expected);

/// <summary>A setting whose value may be given several times; most take the one.</summary>
/// <param name="isList">Whether it may be repeated; in its variable the values are parted by commas.</param>
internal sealed class Setting<T>(string flag, string valueName, string help, string defaultText, SettingParser<T> parse, bool isList = false)
    : Setting(flag, valueName, help, defaultText)
{
    /// <summary>The values from the flags, else from the environment; empty where neither gives any.</summary>
    /// <exception cref="StartException">A value is wrong, or there are several where one is due.</exception>
    public IReadOnlyList<T> Read(Arguments arguments, Func<string, string?> environment)
    {
        (string source, IReadOnlyList<string> texts) = arguments.Has(Flag)
            ? (Flag, arguments.Values(Flag))
            : (Variable, FromVariable(environment(Variable)));
        if (texts.Count > 1 && !isList) throw new StartException($"{source} is given {texts.Count} times; once would be right");
        return [.. texts.Select(text => Parse(source, text))];
    }

    private string[] FromVariable(string? value)
    {
        if (string.IsNullOrWhiteSpace(value)) return [];
        return isList ? value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) : [value.Trim()];
    }

    private T Parse(string source, string text) =>
        parse(text, out T? value, out string expected) ? value : throw new StartException($"{source} '{text}': {expected}");
}
