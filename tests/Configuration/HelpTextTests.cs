using DotProxy.Configuration;

namespace DotProxy.Tests.Configuration;

public sealed class HelpTextTests
{
    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    public void Help_names_every_setting_with_its_default_and_the_rule_of_the_variables(string flag)
    {
        Assert.Null(CommandLine.Parse([flag], _ => null, out string help));
        string inOneLine = string.Join(' ', help.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
        foreach (Setting setting in Settings.All)
        {
            Assert.Contains($"    {setting.Flag} {setting.ValueName} ", help, StringComparison.Ordinal);
            Assert.Contains(setting.Help, inOneLine, StringComparison.Ordinal);
            if (setting.DefaultText.Length > 0) Assert.Contains($"[{setting.DefaultText}]", help, StringComparison.Ordinal);
        }
        Assert.Contains("--ca-file is DOTPROXY_CA_FILE", help, StringComparison.Ordinal);
        Assert.Contains("--help", help, StringComparison.Ordinal);
        Assert.Contains("--version", help, StringComparison.Ordinal);
    }

    [Fact]
    public void Help_fits_every_terminal_and_ends_no_line_in_a_blank()
    {
        Assert.Null(CommandLine.Parse(["--help"], _ => null, out string help));
        Assert.All(help.Split('\n'), line => Assert.True(line.Length <= 80 && line.All(char.IsAscii) && line == line.TrimEnd(), line));
    }

    [Fact]
    public void Version_is_the_one_of_the_build()
    {
        Assert.Null(CommandLine.Parse(["--version"], _ => null, out string print));
        Assert.Matches(@"^dotproxy \d+\.\d+\.\d+$", print);
    }

    [Fact]
    public void Each_variable_is_its_flag_in_capitals()
    {
        Assert.All(Settings.All, setting => Assert.Matches("^--[a-z]+(-[a-z]+)*$", setting.Flag));
        Assert.All(Settings.All, setting => Assert.Equal("DOTPROXY_" + setting.Flag[2..].ToUpperInvariant().Replace('-', '_'), setting.Variable));
    }
}
