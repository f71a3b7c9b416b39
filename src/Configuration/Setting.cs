namespace DotProxy.Configuration;

/// <summary>One thing that can be set, as a flag and as an environment variable, with one parser for both.</summary>
internal abstract class Setting(string flag, string valueName, string help, string defaultText)
{
    public const string VariablePrefix = "DOTPROXY_";

    /// <summary>Such as <c>--ca-file</c>.</summary>
    public string Flag => flag;

    /// <summary>Such as <c>DOTPROXY_CA_FILE</c>.</summary>
    public string Variable { get; } = VariablePrefix + flag[2..].Replace('-', '_').ToUpperInvariant();

    public string ValueName => valueName;

    /// <summary>Sentences in one line; the help breaks them.</summary>
    public string Help => help;

    /// <summary>What the help shows as the default; empty for nothing.</summary>
    public string DefaultText => defaultText;
}

/// <summary>A setting whose value may be given several times; most take the one.</summary>
/// <param name="isList">Whether it takes several values: a flag that is repeated, or values separated by commas.</param>
internal sealed class Setting<T>(string flag, string valueName, string help, string defaultText, SettingParser<T> parse, bool isList = false)
    : Setting(flag, valueName, help, defaultText)
{
    /// <summary>The values from the flags, else from the environment; empty where neither gives any.</summary>
    /// <exception cref="StartException">A value is wrong, or there are several where one is due.</exception>
    public IReadOnlyList<T> Read(Arguments arguments, Func<string, string?> environment)
    {
        (string source, IReadOnlyList<string> texts) = arguments.Has(Flag)
            ? (Flag, arguments.Values(Flag))
            : (Variable, environment(Variable) is { } text && !string.IsNullOrWhiteSpace(text) ? [text.Trim()] : []);
        if (texts.Count > 1 && !isList) throw new StartException($"{source} is given {texts.Count} times; once would be right");
        return [.. texts.SelectMany(Split).Select(text => Parse(source, text))];
    }

    /// <summary>Never empty: a list of nothing but commas is a mistake, not the default.</summary>
    private string[] Split(string text) =>
        isList && text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } values ? values : [text];

    private T Parse(string source, string text) =>
        parse(text, out T? value, out string expected) ? value : throw new StartException($"{source} '{text}': {expected}");
}
