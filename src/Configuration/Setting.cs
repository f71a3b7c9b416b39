namespace DotProxy.Configuration;

/// <summary>One thing that can be set, as a flag, as an environment variable and as a key in a file, with one parser for all.</summary>
internal abstract class Setting(string flag, string valueName, string help, string defaultText, bool isList)
{
    public const string VariablePrefix = "DOTPROXY_";

    /// <summary>Such as <c>--ca-file</c>.</summary>
    public string Flag => flag;

    /// <summary>Such as <c>DOTPROXY_CA_FILE</c>.</summary>
    public string Variable { get; } = VariablePrefix + flag[2..].Replace('-', '_').ToUpperInvariant();

    /// <summary>Such as <c>ca-file</c>, in a file.</summary>
    public string Key => flag[2..];

    public string ValueName => valueName;

    public bool IsList => isList;

    /// <summary>Whether its value is a path.</summary>
    public bool IsPath => valueName is "FILE" or "PATH";

    /// <summary>Never empty: a list of nothing but commas is a mistake, not the default.</summary>
    public string[] Split(string text) =>
        isList && text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } values ? values : [text];

    /// <summary>Whether the flag alone turns it on; <c>--flag=false</c> and the variable take a word.</summary>
    public bool IsSwitch => valueName.Length == 0;

    /// <summary>Sentences in one line; the help breaks them.</summary>
    public string Help => help;

    /// <summary>What the help shows as the default; empty for nothing.</summary>
    public string DefaultText => defaultText;
}

/// <summary>A setting whose value may be given several times; most take the one.</summary>
/// <param name="isList">Whether it takes several values: a flag that is repeated, or values separated by commas.</param>
internal sealed class Setting<T>(string flag, string valueName, string help, string defaultText, SettingParser<T> parse, bool isList = false)
    : Setting(flag, valueName, help, defaultText, isList)
{
    /// <summary>Empty where nobody gave any.</summary>
    /// <exception cref="StartException">A value is wrong, or there are several where one is due.</exception>
    public IReadOnlyList<T> Read(Sources sources)
    {
        IReadOnlyList<GivenText> given = sources.Find(this);
        if (given.Count > 1 && !IsList) throw new StartException($"{given[0].Source} is given {given.Count} times; once would be right");
        return [.. given.SelectMany(value => Split(value.Text).Select(text => Parse(value.Source, text)))];
    }

    private T Parse(string source, string text) =>
        parse(text, out T? value, out string expected) ? value : throw new StartException($"{source} '{text}': {expected}");
}
