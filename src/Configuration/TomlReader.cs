using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace DotProxy.Configuration;

/// <summary>
/// Reads as much of TOML (v1.0.0) as a configuration needs: comments, bare keys, strings on one line, whole decimal numbers, Booleans,
/// arrays of these, tables and arrays of tables. What is left out (dots in keys, dates, fractions, inline tables, strings over several
/// lines) is refused by its name, never misread. The library for all of it was 0.2 MB in the binary.
/// </summary>
internal sealed class TomlReader
{
    private const char End = '\0';

    private readonly string _file, _text;
    private readonly List<TomlTable> _tables = [new("", 1, IsOneOfMany: false)];
    private int _at, _line = 1;

    private TomlReader(string file, string text) => (_file, _text) = (file, text);

    private char Next => _at < _text.Length ? _text[_at] : End;

    /// <summary>The root first, then the others in the order of the file.</summary>
    /// <param name="file">What messages call it.</param>
    /// <exception cref="StartException">Something in it is no TOML, is more of it than this reads, or is there twice.</exception>
    public static IReadOnlyList<TomlTable> Read(string file, string text)
    {
        var reader = new TomlReader(file, text);
        reader.RefuseWhatIsNoText();
        reader.ReadAll();
        return reader._tables;
    }

    private void ReadAll()
    {
        while (SkipToNextWord())
        {
            if (Next == '[') _tables.Add(ReadHeader());
            else _tables[^1].Entries.Add(ReadEntry());
            SkipBlanks();
            if (Next is not ('\n' or End)) throw Fault($"'{RestOfLine()}' is left over at the end of the line; a comment begins with #");
        }
    }

    // [name] and [[name]]
    private TomlTable ReadHeader()
    {
        int line = _line;
        string brackets = _text.AsSpan(_at).StartsWith("[[") ? "]]" : "]";
        _at += brackets.Length;
        string name = ReadKey("a table");
        if (!_text.AsSpan(_at).StartsWith(brackets)) throw Fault($"{brackets} is missing after the table's name '{name}'");
        _at += brackets.Length;

        bool isOneOfMany = brackets.Length == 2;
        if (_tables[0].Find(name) is { } entry) throw Fault($"{name} is there already, on line {entry.Line}, as a key; one of the two would be right");
        if (_tables.Find(table => table.Name == name && !(isOneOfMany && table.IsOneOfMany)) is { } other)
            throw Fault($"the table {name} is there already, on line {other.Line}; leave one of them out");
        return new TomlTable(name, line, isOneOfMany);
    }

    // key = value
    private TomlEntry ReadEntry()
    {
        int line = _line;
        string key = ReadKey("a key");
        if (_tables[^1].Find(key) is { } earlier) throw Fault($"{key} is there already, on line {earlier.Line}; leave one of them out");
        if (Next != '=') throw Fault($"= is missing after '{key}'");
        _at++;
        SkipBlanks();
        return Next == '[' ? new TomlEntry(key, line, ReadArray(key), IsArray: true) : new TomlEntry(key, line, [ReadValue(key)], IsArray: false);
    }

    private string ReadKey(string what)
    {
        SkipBlanks();
        int start = _at;
        while (char.IsAsciiLetterOrDigit(Next) || Next is '-' or '_') _at++;
        string key = _text[start.._at];
        SkipBlanks();
        if (key.Length == 0) throw Fault($"'{RestOfLine()}' is no name of {what}; letters, digits and - would be right, without quotes");
        return Next == '.' ? throw Fault($"'{key}{RestOfLine()}': no name has a dot here") : key;
    }

    // [ value, value, ] over one line or several
    private List<TomlValue> ReadArray(string key)
    {
        int line = _line;
        List<TomlValue> values = [];
        _at++;
        while (SkipToNextWord() && Next != ']')
        {
            if (Next == '[') throw Fault($"{key}: an array within an array; one of values would be right");
            values.Add(ReadValue(key));
            if (!SkipToNextWord() || Next == ']') break;
            if (Next != ',') throw Fault($"{key}: a comma is missing before '{RestOfLine()}'");
            _at++;
        }
        if (Next != ']') throw Fault(line, $"{key}: the array that begins here has no end; ] is missing");
        _at++;
        return values;
    }

    private TomlValue ReadValue(string key)
    {
        int line = _line;
        return Next switch
        {
            '"' or '\'' when _text.AsSpan(_at).StartsWith(new string(Next, 3)) => throw Fault($"{key}: a string over several lines; one in single quotes or double ones would be right"),
            '"' => new TomlValue(ReadBasicString(key), line),
            '\'' => new TomlValue(ReadLiteralString(key), line),
            '{' => throw Fault($"{key}: a table in braces; one below a header of its own, such as [[upstream]], would be right"),
            _ => new TomlValue(ReadBare(key), line),
        };
    }

    private string ReadBare(string key)
    {
        int start = _at;
        while (Next is not (End or '\n' or '\r' or ' ' or '\t' or ',' or ']' or '#')) _at++;
        string text = _text[start.._at];
        if (text.Length == 0) throw Fault($"{key}: its value is missing");
        if (text is "true" or "false") return text;
        return WholeNumber(text) ?? throw Fault($"{key} '{text}': it must stand in quotes: \"{text.Replace("\"", "", StringComparison.Ordinal)}\"");
    }

    /// <summary>Without the underscores that may part its digits; null where it is none.</summary>
    private static string? WholeNumber(string text)
    {
        string digits = text.TrimStart('+', '-');
        bool isOne = text.Length - digits.Length <= 1 && digits.Length > 0 && digits.All(letter => char.IsAsciiDigit(letter) || letter == '_')
            && (digits == "0" || digits[0] is not ('0' or '_')) && digits[^1] != '_' && !digits.Contains("__", StringComparison.Ordinal);
        return isOne ? text.TrimStart('+').Replace("_", "", StringComparison.Ordinal) : null;
    }

    private string ReadLiteralString(string key)
    {
        int end = _text.AsSpan(_at + 1).IndexOfAny('\'', '\n');
        if (end < 0 || _text[_at + 1 + end] == '\n') throw Fault($"{key}: its string has no end; ' is missing");
        string text = _text.Substring(_at + 1, end);
        _at += end + 2;
        return text;
    }

    private string ReadBasicString(string key)
    {
        var text = new StringBuilder();
        for (_at++; Next != '"'; _at++)
        {
            if (Next is '\n' or End) throw Fault($"{key}: its string has no end; \" is missing");
            if (Next == '\\') text.Append(ReadEscape(key));
            else text.Append(Next);
        }
        _at++;
        return text.ToString();
    }

    /// <summary>Leaves the position at the escape's last letter.</summary>
    private string ReadEscape(string key)
    {
        _at++;
        int digits = Next switch { 'u' => 4, 'U' => 8, _ => 0 };
        if (digits > 0)
        {
            bool isWhole = _at + digits < _text.Length;
            string hex = isWhole ? _text.Substring(_at + 1, digits) : "";
            if (!uint.TryParse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint number) || number == 0 || !Rune.IsValid(number))
                throw Fault($"{key}: '\\{Next}{hex}' is no character");
            _at += digits;
            return new Rune(number).ToString();
        }
        return Next switch
        {
            '"' or '\\' => Next.ToString(),
            'b' => "\b",
            't' => "\t",
            'n' => "\n",
            'f' => "\f",
            'r' => "\r",
            _ => throw Fault($"{key}: '\\{Next}' is no escape; write \\\\ for a backslash, or put the string in single quotes"),
        };
    }

    /// <summary>Past blanks, comments and ends of lines; false at the end of the file.</summary>
    private bool SkipToNextWord()
    {
        for (; _at < _text.Length; _at++)
        {
            if (Next == '\n') _line++;
            else if (Next == '#') _at = LineEnd - 1;
            else if (Next is not (' ' or '\t' or '\r')) return true;
        }
        return false;
    }

    /// <summary>A comment too: it is as good as the end of the line.</summary>
    private void SkipBlanks()
    {
        while (Next is ' ' or '\t' or '\r') _at++;
        if (Next == '#') _at = LineEnd;
    }

    private int LineEnd => _text.IndexOf('\n', _at) is var end and >= 0 ? end : _text.Length;

    private string RestOfLine() => _text[_at..LineEnd].TrimEnd();

    private void RefuseWhatIsNoText()
    {
        int line = 1;
        for (int i = 0; i < _text.Length; i++)
        {
            if (_text[i] == '\n') line++;
            // What the decoder puts for octets that are no UTF-8.
            else if (_text[i] == '\uFFFD') throw Fault(line, "a character that is no UTF-8; save the file as UTF-8");
            else if (char.IsControl(_text[i]) && _text[i] != '\t' && !(_text[i] == '\r' && i + 1 < _text.Length && _text[i + 1] == '\n'))
                throw Fault(line, string.Create(CultureInfo.InvariantCulture, $"a control character (U+{(int)_text[i]:X4}); text would be right"));
        }
    }

    private StartException Fault(string what) => Fault(_line, what);

    private StartException Fault(int line, string what) => new($"{_file}:{line}: {what}");
}
