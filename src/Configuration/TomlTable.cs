namespace DotProxy.Configuration;

/// <summary>A table of a file: its root, or what stands below a header such as <c>[[upstream]]</c>.</summary>
/// <param name="Name">Empty for the root.</param>
/// <param name="IsOneOfMany">Whether the header had two brackets: there may be others of its name.</param>
internal sealed record TomlTable(string Name, int Line, bool IsOneOfMany)
{
    /// <summary>In the order of the file; no key is there twice.</summary>
    public List<TomlEntry> Entries { get; } = [];

    public TomlEntry? Find(string key) => Entries.Find(entry => entry.Key == key);
}

/// <summary>A key and its values: one, or as many as an array holds.</summary>
internal sealed record TomlEntry(string Key, int Line, IReadOnlyList<TomlValue> Values, bool IsArray);

/// <summary>A string without its quotes; or a whole number or a Boolean as text, because settings read theirs from text anyhow.</summary>
internal sealed record TomlValue(string Text, int Line);
