using System.Text;
using System.Text.RegularExpressions;

namespace DotProxy.Tests.Rules;

/// <summary>What must not stand in the repository, and how long a source may be.</summary>
public sealed class SourceTests
{
    private const int MaxLines = 250;

    // In two pieces, so that this file does not find itself.
    private static readonly string[] s_banned = ["TO" + "DO", "FIX" + "ME", "HA" + "CK", "X" + "XX", "#reg" + "ion", "NotImplemented" + "Exception"];

    [Fact]
    public void There_are_sources_to_look_at()
    {
        Assert.Contains(SourceTree.Sources, source => source.Path == "Program.cs");
        Assert.True(SourceTree.Sources.Count > 50);
        Assert.DoesNotContain(SourceTree.Files, file => file.Contains("/bin/", StringComparison.Ordinal) || file.Contains("/obj/", StringComparison.Ordinal));
    }

    [Fact]
    public void No_source_has_a_word_that_says_it_is_unfinished_or_folded_away()
    {
        foreach (string file in SourceTree.Files.Where(file => Path.GetExtension(file) is ".cs" or ".sh" or ".md" or ".csproj" or ".props"))
        {
            string text = SourceTree.ReadText(file);
            Assert.All(s_banned, word => Assert.False(Regex.IsMatch(text, $@"(?<!\w){Regex.Escape(word)}(?!\w)"), $"{file}: {word}"));
        }
    }

    [Fact]
    public void No_source_is_longer_than_one_can_overlook() =>
        Assert.All(SourceTree.Sources, source => Assert.True(source.Lines.Length <= MaxLines, $"{source.Path} has {source.Lines.Length} lines; {MaxLines} are the most"));

    [Fact]
    public void Program_reads_on_one_screen() =>
        Assert.InRange(SourceTree.Sources.Single(source => source.Path == "Program.cs").Lines.Length, 10, 60);

    [Fact]
    public void No_private_key_is_in_the_repository()
    {
        byte[] mark = Encoding.ASCII.GetBytes("PRIVATE " + "KEY-----");
        foreach (string file in SourceTree.Files)
        {
            byte[] octets = File.ReadAllBytes(Path.Combine(SourceTree.Root, file));
            Assert.False(octets.AsSpan().IndexOf(mark) >= 0, $"{file} holds a private key");
            Assert.False(Path.GetExtension(file) is ".key" or ".pfx" or ".p12", $"{file} looks like a private key");
        }
    }

    // The search that keeps keys out must find one where there is one.
    [Fact]
    public void A_private_key_would_be_found()
    {
        using var key = System.Security.Cryptography.ECDsa.Create();
        Assert.Contains("PRIVATE " + "KEY-----", key.ExportPkcs8PrivateKeyPem(), StringComparison.Ordinal);
        Assert.Contains("PRIVATE " + "KEY-----", key.ExportECPrivateKeyPem(), StringComparison.Ordinal);
    }

    // Only Linux line ends, and a newline at the end, as .editorconfig says; the build looks at neither.
    [Fact]
    public void Sources_end_their_lines_as_the_editor_is_told_to() =>
        Assert.All(SourceTree.Files.Where(file => Path.GetExtension(file) is ".cs" or ".sh" or ".md"), file =>
        {
            string text = SourceTree.ReadText(file);
            Assert.False(text.Contains('\r', StringComparison.Ordinal), file);
            Assert.True(text.EndsWith('\n') && !text.EndsWith("\n\n", StringComparison.Ordinal), file);
            Assert.DoesNotMatch(new Regex(@"[ \t]$", RegexOptions.Multiline), file.EndsWith(".md", StringComparison.Ordinal) ? "" : text);
        });
}
