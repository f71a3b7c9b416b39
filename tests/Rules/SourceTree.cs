using System.Text.RegularExpressions;
using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.Rules;

/// <summary>The repository that these tests were built from, as it lies on the disk.</summary>
internal static partial class SourceTree
{
    // What is built or fetched, as .gitignore names it, and what belongs to git.
    private static readonly string[] s_notOurs = [".git", "bin", "obj", "dist", "TestResults", ".vs", ".idea"];
    private static readonly string[] s_generated = ["certs/out", "bench/out"];

    public static string Root => Repository.Root;

    public static IReadOnlyList<string> Files { get; } = [.. Walk(Root).Order(StringComparer.Ordinal)];

    /// <summary>What the program is made of: Program.cs and src.</summary>
    public static IReadOnlyList<SourceFile> Sources { get; } =
        [.. Files.Where(file => file == "Program.cs" || (file.StartsWith("src/", StringComparison.Ordinal) && file.EndsWith(".cs", StringComparison.Ordinal)))
            .Select(file => new SourceFile(file, ReadText(file)))];

    public static string ReadText(string file) => File.ReadAllText(Path.Combine(Root, file));

    [GeneratedRegex(@"//[^\n]*|/\*.*?\*/|""""""(?s:.*?)""""""|""(?:\\.|[^""\\\n])*""")]
    public static partial Regex CommentOrString();

    private static IEnumerable<string> Walk(string directory)
    {
        foreach (string file in Directory.EnumerateFiles(directory))
        {
            if (Path.GetFileName(file) != ".git") yield return Relative(file);
        }
        foreach (string child in Directory.EnumerateDirectories(directory))
        {
            if (s_notOurs.Contains(Path.GetFileName(child)) || s_generated.Contains(Relative(child))) continue;
            foreach (string file in Walk(child)) yield return file;
        }
    }

    private static string Relative(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');
}

/// <summary>A source of the program.</summary>
/// <param name="Path">From the root of the repository.</param>
internal sealed record SourceFile(string Path, string Text)
{
    /// <summary>Such as Dns for src/Dns/Header.cs; Program for the composition root.</summary>
    public string Area { get; } = Path.Split('/') is ["src", var area, ..] ? area : "Program";

    /// <summary>Without comments and strings: what the compiler acts upon.</summary>
    public string Code { get; } = SourceTree.CommentOrString().Replace(Text, " ");

    public string[] Lines { get; } = Text.TrimEnd('\n').Split('\n');
}
