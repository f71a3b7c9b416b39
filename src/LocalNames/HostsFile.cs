using System.Net;
using System.Text;
using DotProxy.Configuration;
using DotProxy.Dns;
using DotProxy.Telemetry;

namespace DotProxy.LocalNames;

/// <summary>
/// A file of names in the form of hosts(5): an address, the name it has, and others that lead to it, in a line; what follows a hash
/// sign is a comment. A line that cannot be read is left out and named.
/// </summary>
internal sealed class HostsFile
{
    // Our choices: some 200 octets of memory a name; and a file of another kind is not to fill the log.
    private const int MaxNames = 1 << 20, MaxFaultsNamed = 10, LongestLine = 1 << 16;

    private readonly string _path, _source;
    private readonly List<HostsLine> _lines = [];
    private readonly List<HostsFault> _faults = [];
    private int _names, _faultCount;

    private HostsFile(string path, string source) => (_path, _source) = (path, source);

    public IReadOnlyList<HostsLine> Lines => _lines;

    /// <summary>The first of the lines that were left out, and why.</summary>
    public IReadOnlyList<HostsFault> Faults => _faults;

    /// <summary>How many were left out in all.</summary>
    public int FaultCount => _faultCount;

    /// <summary>Null where none was named.</summary>
    /// <param name="source">Where the path is from, such as <c>--hosts</c>.</param>
    /// <exception cref="StartException">The file cannot be read, or holds more than there is room for.</exception>
    public static HostsFile? Load(string? path, string source)
    {
        if (path is null) return null;
        try
        {
            return Parse(path, ReadLines(path, source), source);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            string cause = exception is UnauthorizedAccessException ? "permission denied" : exception.Message.TrimEnd('.');
            throw new StartException($"{source} '{path}': {cause}; {SettingParsers.HostsRemedy}", exception);
        }
    }

    /// <exception cref="StartException">There are more names than there is room for.</exception>
    public static HostsFile Parse(string path, IEnumerable<string> lines, string? source = null)
    {
        var file = new HostsFile(path, source ?? Settings.Hosts.Flag);
        int number = 0;
        foreach (string line in lines) file.Take(++number, line);
        return file;
    }

    /// <summary>What <see cref="Announce"/> warns of, for who does not start.</summary>
    public IEnumerable<string> Warnings() =>
    [
        .. _faults.Select(fault => $"{_path}:{fault.Line}: {fault.Text}; the line is left out"),
        .. _faultCount > _faults.Count ? [$"{_faultCount - _faults.Count} more lines of {_path} are left out; is it a hosts file?"] : (string[])[],
    ];

    /// <summary>Logs what was read, and what was not.</summary>
    public void Announce(LogEvents log)
    {
        log.HostsRead(_names, _path);
        foreach (HostsFault fault in _faults) log.HostsLineUnusable($"{_path}:{fault.Line}", fault.Text);
        if (_faultCount > _faults.Count) log.MoreHostsLinesUnusable(_faultCount - _faults.Count, _path);
    }

    // The framework's takes a line of any length: a device that never ends one would take all memory.
    private static IEnumerable<string> ReadLines(string path, string source)
    {
        using var reader = new StreamReader(path);
        var line = new StringBuilder();
        for (int next = reader.Read(); next >= 0; next = reader.Read())
        {
            if (next != '\n')
            {
                if (line.Length == LongestLine) throw new StartException($"{source} '{path}': it has a line of more than {LongestLine} characters; {SettingParsers.HostsRemedy}");
                line.Append((char)next);
                continue;
            }
            yield return line.ToString();
            line.Clear();
        }
        yield return line.ToString();
    }

    private void Take(int number, string text)
    {
        string[] words = text.Split('#', 2)[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0) return;
        string fault = Read(words, out HostsLine? line);
        if (line is not null)
        {
            _lines.Add(line);
            _names += line.Names.Count;
            if (_names > MaxNames) throw new StartException($"{_source} '{_path}': there are more than {MaxNames} names in it; give a file with fewer");
        }
        else if (++_faultCount <= MaxFaultsNamed)
        {
            _faults.Add(new HostsFault(number, fault));
        }
    }

    /// <summary>Returns what is wrong; empty where nothing is.</summary>
    private static string Read(string[] words, out HostsLine? line)
    {
        line = null;
        if (EndPointText.ParseAddress(words[0]) is not { } address) return $"'{words[0]}' is no IP address";
        if (words[0].Contains('%', StringComparison.Ordinal)) return $"'{words[0]}' names an interface, which DNS cannot tell";
        if (words.Length == 1) return $"there is no name for {address}";
        byte[][] names = new byte[words.Length - 1][];
        for (int i = 0; i < names.Length; i++)
        {
            if (!HostName.TryParse(words[i + 1], out byte[]? name)) return $"'{words[i + 1]}' is no host name";
            names[i] = name;
        }
        line = new HostsLine(address, names);
        return "";
    }
}

/// <summary>An address and its names, on the wire and in lower case, that which it is called by first.</summary>
internal sealed class HostsLine(IPAddress address, byte[][] names)
{
    public IPAddress Address => address;

    public IReadOnlyList<byte[]> Names => names;
}

/// <summary>What is wrong with a line.</summary>
/// <param name="line">Its number, from 1.</param>
internal sealed class HostsFault(int line, string text)
{
    public int Line => line;

    public string Text => text;
}
