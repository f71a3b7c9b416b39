using CsCheck;
using DotProxy.Configuration;

namespace DotProxy.Tests.Configuration;

public sealed class TomlReaderTests
{
    [Fact]
    public void Keys_values_arrays_and_tables_are_read_with_their_lines()
    {
        IReadOnlyList<TomlTable> tables = TomlReader.Read("a.toml", """
            # A comment, and an empty line.

            one = "a # b"   # another
            two=16_384
              three = [ "a", 'b\c',
                # between
                -5, true, ]
            four = []
            [single]
            one = false
            [[ many ]]
            x = "1"
            [[many]] # again
            x = "2"
            """);
        Assert.Equal([("", 1), ("single", 9), ("many", 11), ("many", 13)], tables.Select(table => (table.Name, table.Line)));
        Assert.Equal(["one", "two", "three", "four"], tables[0].Entries.Select(entry => entry.Key));
        Assert.Equal([new TomlValue("a # b", 3)], tables[0].Find("one")!.Values);
        Assert.Equal([new TomlValue("16384", 4)], tables[0].Find("two")!.Values);
        Assert.Equal([new("a", 5), new("b\\c", 5), new("-5", 7), new TomlValue("true", 7)], tables[0].Find("three")!.Values);
        Assert.Equal((5, true), (tables[0].Find("three")!.Line, tables[0].Find("three")!.IsArray));
        Assert.Empty(tables[0].Find("four")!.Values);
        Assert.Equal(["1", "2"], tables.Skip(2).Select(table => Assert.Single(table.Find("x")!.Values).Text));
        Assert.Null(tables[0].Find("x"));
    }

    [Theory]
    [InlineData("\"\"", "")]
    [InlineData("''", "")]
    [InlineData("\"\\\"\\\\\\t\\n\\r\\b\\f\"", "\"\\\t\n\r\b\f")]
    [InlineData("\"\\u00e9\\U0001F600\"", "é😀")]
    [InlineData("'C:\\u'", "C:\\u")]
    [InlineData("\"ü\"", "ü")]
    [InlineData("0", "0")]
    [InlineData("+7", "7")]
    [InlineData("-7", "-7")]
    public void Values_are_read_as_TOML_has_them(string written, string text)
    {
        Assert.Equal(text, Assert.Single(TomlReader.Read("a.toml", $"k = {written}")[0].Entries[0].Values).Text);
        Assert.Equal(text, Assert.Single(TomlReader.Read("a.toml", $"\r\nk = [{written}] # end\r\n")[0].Entries[0].Values).Text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    [InlineData("# nothing")]
    [InlineData("   \r\n\t")]
    public void A_file_of_nothing_is_an_empty_table(string text) => Assert.Empty(Assert.Single(TomlReader.Read("a.toml", text)).Entries);

    [Theory]
    [InlineData("a", 1, "= is missing after 'a'")]
    [InlineData("a =", 1, "a: its value is missing")]
    [InlineData("a = # none", 1, "a: its value is missing")]
    [InlineData("a = 16M", 1, "a '16M': it must stand in quotes: \"16M\"")]
    [InlineData("a = 127.0.0.1:53", 1, "a '127.0.0.1:53': it must stand in quotes: \"127.0.0.1:53\"")]
    [InlineData("a = 0.5", 1, "it must stand in quotes")]
    [InlineData("a = 0x10", 1, "it must stand in quotes")]
    [InlineData("a = 007", 1, "it must stand in quotes")]
    [InlineData("a = 1__0", 1, "it must stand in quotes")]
    [InlineData("a = 1979-05-27", 1, "it must stand in quotes")]
    [InlineData("a = True", 1, "it must stand in quotes")]
    [InlineData("\na = \"b", 2, "a: its string has no end; \" is missing")]
    [InlineData("a = 'b\n'", 1, "a: its string has no end; ' is missing")]
    [InlineData("a = \"\"\"b\"\"\"", 1, "a: a string over several lines")]
    [InlineData("a = \"\\d\"", 1, "'\\d' is no escape; write \\\\ for a backslash")]
    [InlineData("a = \"\\", 1, "is no escape")]
    [InlineData("a = \"\\uD800\"", 1, "'\\uD800' is no character")]
    [InlineData("a = \"\\u0000\"", 1, "'\\u0000' is no character")]
    [InlineData("a = \"\\u12", 1, "is no character")]
    [InlineData("a = { b = 1 }", 1, "a: a table in braces; one below a header of its own, such as [[upstream]], would be right")]
    [InlineData("a = [\n1,\n", 1, "a: the array that begins here has no end; ] is missing")]
    [InlineData("a = [1 2]", 1, "a: a comma is missing before '2]'")]
    [InlineData("a = [[1]]", 1, "a: an array within an array")]
    [InlineData("a = [,]", 1, "a: its value is missing")]
    [InlineData("a = 1 b = 2", 1, "'b = 2' is left over at the end of the line")]
    [InlineData("a = \"1\"x", 1, "'x' is left over at the end of the line")]
    [InlineData("a = 1\n\na = 2", 3, "a is there already, on line 1; leave one of them out")]
    [InlineData("a.b = 1", 1, "'a.b = 1': no name has a dot here")]
    [InlineData("\"a\" = 1", 1, "'\"a\" = 1' is no name of a key")]
    [InlineData("= 1", 1, "'= 1' is no name of a key")]
    [InlineData("[]", 1, "']' is no name of a table")]
    [InlineData("[a.b]", 1, "no name has a dot here")]
    [InlineData("[a", 1, "] is missing after the table's name 'a'")]
    [InlineData("[[a]", 1, "]] is missing after the table's name 'a'")]
    [InlineData("[a] b = 1", 1, "'b = 1' is left over")]
    [InlineData("[a]\n[a]", 2, "the table a is there already, on line 1")]
    [InlineData("[a]\n[[a]]", 2, "the table a is there already, on line 1")]
    [InlineData("[[a]]\n[a]", 2, "the table a is there already, on line 1")]
    [InlineData("a = 1\n[[a]]", 2, "a is there already, on line 1, as a key; one of the two would be right")]
    [InlineData("a = 1\n\u0007", 2, "a control character (U+0007)")]
    [InlineData("a = 1\rb = 2", 1, "a control character (U+000D)")]
    [InlineData("# \uFFFD", 1, "a character that is no UTF-8")]
    public void Anything_else_is_refused_with_its_line(string text, int line, string fault)
    {
        string message = Assert.Throws<StartException>(() => TomlReader.Read("a.toml", text)).Message;
        Assert.StartsWith($"a.toml:{line}: ", message, StringComparison.Ordinal);
        Assert.Contains(fault, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void Any_text_is_read_or_refused()
    {
        const string Letters = "ab=[]\"'\\#,.{}-_ 0u\n\r\té\u0001";
        Gen.Char[Letters].Array[0, 24].Sample(text =>
        {
            try
            {
                return TomlReader.Read("a.toml", new string(text)).Count > 0;
            }
            catch (StartException)
            {
                return true;
            }
        });
    }

    [Fact]
    public void A_quoted_text_comes_back_as_it_was() =>
        Gen.String[Gen.Char[' ', '\u2FFF'], 0, 20].Where(text => !text.Any(char.IsControl)).Sample(text =>
            TomlReader.Read("a.toml", $"k = \"{text.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"")[0].Entries[0].Values[0].Text == text);
}
