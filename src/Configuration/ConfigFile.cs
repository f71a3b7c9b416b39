using System.Text;

namespace DotProxy.Configuration;

/// <summary>The settings of a file. Its keys are the flags without their dashes, and relative paths in it begin where it is.</summary>
internal sealed class ConfigFile
{
    public const string Remedy = "give the path of a TOML file that this user may read";

    // Our choice: a hundred times what the longest file should need.
    private const int MostOctets = 1 << 20;

    // Some editors begin a file with it.
    private const char ByteOrderMark = '\uFEFF';

    // Tables that the file may have, each as often as one likes.
    private static readonly string[] s_tables = [UpstreamTables.Header];

    private readonly IReadOnlyList<TomlTable> _tables;
    private readonly string _directory;
    private readonly TableReader _root;

    private ConfigFile(string path, IReadOnlyList<TomlTable> tables)
    {
        Path = path;
        _tables = tables;
        _directory = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path)) ?? "/";
        _root = ReaderOf(tables[0]);
    }

    /// <summary>As it was given.</summary>
    public string Path { get; }

    /// <param name="source">Where the path is from, such as <c>--config</c>.</param>
    /// <exception cref="StartException">It cannot be read, or something in it is unknown or wrong.</exception>
    public static ConfigFile Load(string path, string source)
    {
        var file = new ConfigFile(path, TomlReader.Read(path, ReadText(path, source)));
        foreach (TomlEntry entry in file._tables[0].Entries) file.Check(entry);
        foreach (TomlTable table in file._tables.Skip(1)) file.Check(table);
        return file;
    }

    /// <summary>Empty where the file says nothing of it.</summary>
    public IReadOnlyList<GivenText> Find(Setting setting) => _root.Texts(setting.Key, setting.IsPath);

    /// <summary>The tables of that name, in the order of the file.</summary>
    public IReadOnlyList<TableReader> Tables(string name) => [.. _tables.Where(table => table.Name == name).Select(ReaderOf)];

    private TableReader ReaderOf(TomlTable table) => new(Path, _directory, table);

    private void Check(TomlEntry entry)
    {
        string source = _root.SourceOf(entry.Key);
        if (entry.Key == Settings.Config.Key) throw new StartException($"{source}: a file names no other; give {Settings.Config.Flag} itself");
        Setting setting = Settings.All.FirstOrDefault(setting => setting.Key == entry.Key) ?? throw new StartException(
            $"{source} is unknown{Spelling.Suggest(entry.Key, "", Settings.All.Select(setting => setting.Key))}; a key is an option without its dashes, and 'dotproxy --help' lists them");
        if (entry.Values.Count == 0) throw new StartException($"{source}: the array is empty; leave the key out for the default");
        if (entry.IsArray && !setting.IsList) throw new StartException($"{source}: there is an array; one value would be right");
    }

    private void Check(TomlTable table)
    {
        string source = ReaderOf(table).Source;
        if (!s_tables.Contains(table.Name)) throw new StartException($"{source} is unknown{Spelling.Suggest(table.Name, "", s_tables)}; there may be [[{string.Join("]], [[", s_tables)}]]");
        if (!table.IsOneOfMany) throw new StartException($"{source}: there may be several; [[{table.Name}]] would be right");
    }

    private static string ReadText(string path, string source)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read);
            byte[] octets = new byte[MostOctets + 1];
            int length = stream.ReadAtLeast(octets, octets.Length, throwOnEndOfStream: false);
            if (length > MostOctets) throw new StartException($"{source} '{path}': it has more than {MostOctets} octets; {Remedy}");
            return Encoding.UTF8.GetString(octets, 0, length).TrimStart(ByteOrderMark);
        }
        catch (Exception exception) when (FileFault.IsOne(exception))
        {
            throw new StartException($"{source} '{path}': {FileFault.Describe(path, exception)}; {Remedy}", exception);
        }
    }
}
