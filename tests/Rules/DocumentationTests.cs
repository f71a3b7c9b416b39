using System.Text.RegularExpressions;
using DotProxy.Configuration;

namespace DotProxy.Tests.Rules;

/// <summary>What the documents say is there, and what is there is in the documents.</summary>
public sealed partial class DocumentationTests
{
    private static readonly string s_readme = SourceTree.ReadText("README.md");
    private static readonly string s_makefile = SourceTree.ReadText("Makefile");

    private static IEnumerable<string> Targets => Target().Matches(s_makefile).Select(match => match.Groups[1].Value);

    [Fact]
    public void Every_make_command_of_the_documents_is_a_target()
    {
        string[] targets = [.. Targets];
        Assert.Contains("test", targets);
        foreach (string file in Documents())
            Assert.All(MakeCommand().Matches(SourceTree.ReadText(file)), match => Assert.True(targets.Contains(match.Groups[1].Value), $"{file}: make {match.Groups[1].Value}"));
    }

    [Fact]
    public void Every_target_is_phony_or_a_file_and_says_what_it_does()
    {
        string phony = Phony().Match(s_makefile).Groups[1].Value;
        Assert.All(Targets, target => Assert.Contains(target, phony.Split(' ')));
        Assert.All(phony.Split(' '), target => Assert.Matches(new Regex($"^{target}:.*## [A-Z]", RegexOptions.Multiline), s_makefile));
    }

    [Fact]
    public void Every_option_of_the_README_exists()
    {
        string[] options = [.. Settings.All.Select(setting => setting.Flag), "--help", "--version", "--all"];
        Assert.All(Option().Matches(s_readme), match => Assert.True(options.Contains(match.Value), $"README.md: {match.Value}"));
    }

    [Fact]
    public void Every_variable_of_the_README_exists()
    {
        string[] variables = [.. Settings.All.Select(setting => setting.Variable)];
        Assert.All(Variable().Matches(s_readme), match => Assert.True(variables.Contains(match.Value), $"README.md: {match.Value}"));
    }

    [Fact]
    public void Every_setting_is_in_the_README()
    {
        Assert.All(Settings.All, setting => Assert.True(Regex.IsMatch(s_readme, $@"(?<![\w-]){setting.Flag}(?![\w-])"), $"README.md lacks {setting.Flag}"));
    }

    [Fact]
    public void Every_file_that_the_README_links_to_is_there() =>
        Assert.All(
            Link().Matches(s_readme).Select(match => match.Groups[1].Value).Where(link => !link.Contains("://", StringComparison.Ordinal)),
            link => Assert.True(Path.Exists(Path.Combine(SourceTree.Root, link.Split('#')[0])), $"README.md links to {link}"));

    [Fact]
    public void The_changelog_begins_with_the_version_that_is_built_or_with_what_is_not_released_yet()
    {
        string version = Version().Match(SourceTree.ReadText("Directory.Build.props")).Groups[1].Value;
        Assert.Matches(@"^\d+\.\d+\.\d+$", version);
        string latest = Heading().Match(SourceTree.ReadText("CHANGELOG.md")).Groups[1].Value;
        Assert.Contains(latest, (string[])["Unreleased", version]);
    }

    [Fact]
    public void Scripts_that_the_Makefile_calls_are_there_and_can_be_run()
    {
        foreach (string script in Script().Matches(s_makefile).Select(match => match.Value).Distinct())
        {
            Assert.True(SourceTree.Files.Contains(script), $"the Makefile calls {script}");
            Assert.True((File.GetUnixFileMode(Path.Combine(SourceTree.Root, script)) & UnixFileMode.UserExecute) != 0, $"{script} cannot be run");
        }
    }

    private static IEnumerable<string> Documents() =>
        SourceTree.Files.Where(file => file is "README.md" or "CONTRIBUTING.md" || (file.StartsWith("docs/", StringComparison.Ordinal) && file.EndsWith(".md", StringComparison.Ordinal)));

    [GeneratedRegex(@"^([a-z][\w-]*):(?!=)", RegexOptions.Multiline)]
    private static partial Regex Target();

    [GeneratedRegex(@"^\.PHONY: (.*)$", RegexOptions.Multiline)]
    private static partial Regex Phony();

    // In a code span or at the beginning of a line of a code block.
    [GeneratedRegex(@"(?:`|^\s*(?:\$ )?)make ([a-z][\w-]*)", RegexOptions.Multiline)]
    private static partial Regex MakeCommand();

    [GeneratedRegex(@"(?<![\w-])--[a-z][a-z-]*")]
    private static partial Regex Option();

    [GeneratedRegex(@"DOTPROXY_[A-Z_]*[A-Z]")]
    private static partial Regex Variable();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^## \[?([^\]\s]+)", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex("<Version>(.*)</Version>")]
    private static partial Regex Version();

    [GeneratedRegex(@"\b(?:tools|bench|certs)/[\w-]+\.sh")]
    private static partial Regex Script();
}
