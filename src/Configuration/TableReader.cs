using System.Globalization;

namespace DotProxy.Configuration;

/// <summary>Reads the values of a file's table with the parsers of settings, and names file, line and key where one is wrong.</summary>
/// <param name="path">Of the file, as messages call it.</param>
/// <param name="directory">Where relative paths begin.</param>
internal sealed class TableReader(string path, string directory, TomlTable table)
{
    /// <summary>What a message calls the table, such as <c>dotproxy.toml:7: [[upstream]]</c>.</summary>
    public string Source => $"{PlaceOf(table.Line)}: {(table.IsOneOfMany ? $"[[{table.Name}]]" : $"[{table.Name}]")}";

    /// <summary>What a message calls a key, such as <c>dotproxy.toml:8: upstream.name</c>; the table itself where the key is not there.</summary>
    public string SourceOf(string key) => table.Find(key) is { } entry ? SourceOf(key, entry.Line) : Source;

    /// <exception cref="StartException">There is a key that is none of these.</exception>
    public void RefuseOthers(IReadOnlyList<string> keys)
    {
        if (table.Entries.Find(entry => !keys.Contains(entry.Key)) is { } unknown)
            throw new StartException($"{SourceOf(unknown.Key)} is unknown{Spelling.Suggest(unknown.Key, "", keys)}; it may have {string.Join(", ", keys)}");
    }

    /// <summary>The values of a key, as they are written; those of paths are made whole. Empty where it is not there.</summary>
    public IReadOnlyList<GivenText> Texts(string key, bool isPath = false) => table.Find(key) is not { } entry ? [] :
        [.. entry.Values.Select(value => new GivenText(isPath ? Path.GetFullPath(value.Text, directory) : value.Text, PlaceOf(value.Line), SourceOf(key, value.Line)))];

    /// <exception cref="StartException">One is wrong, or an array has none.</exception>
    public IReadOnlyList<T> Many<T>(string key, SettingParser<T> parse)
    {
        if (table.Find(key) is not { } entry) return [];
        if (entry.Values.Count == 0) throw new StartException($"{SourceOf(key)}: the array is empty; leave the key out");
        return [.. Texts(key).Select(text => Parse(text, parse))];
    }

    /// <summary>Null, or the default of a value, where it is not there.</summary>
    /// <exception cref="StartException">It is wrong, or there is an array.</exception>
    public T? One<T>(string key, SettingParser<T> parse, bool isPath = false)
    {
        if (table.Find(key) is { IsArray: true }) throw new StartException($"{SourceOf(key)}: there is an array; one value would be right");
        return Texts(key, isPath) is [var text] ? Parse(text, parse) : default;
    }

    /// <summary>A PEM file that must be there; null where the key is not.</summary>
    public GivenFile? File(string key) => One<string>(key, SettingParsers.PemFile, isPath: true) is { } file ? new GivenFile(file, SourceOf(key)) : null;

    private static T Parse<T>(GivenText text, SettingParser<T> parse) =>
        parse(text.Text, out T? value, out string expected) ? value : throw new StartException($"{text.Source} '{text.Text}': {expected}");

    private string PlaceOf(int line) => string.Create(CultureInfo.InvariantCulture, $"{path}:{line}");

    private string SourceOf(string key, int line) => $"{PlaceOf(line)}: {(table.Name.Length > 0 ? $"{table.Name}.{key}" : key)}";
}
