using System.Text.RegularExpressions;

namespace DotProxy.Tests.Rules;

/// <summary>
/// Dependencies point one way: Dns ← Resolution ← {Listeners, LocalNames, Caching, Failover, Upstreams} ← Program. Those five never see each other:
/// they meet in the stages. Control, for operators, stands on the cache's seam. Telemetry and Configuration stand beside it, for all but
/// Dns to use.
/// </summary>
public sealed partial class DependencyTests
{
    // Configuration is not for Resolution: the stages are given values, not options.
    private static readonly Dictionary<string, string[]> s_mayUse = new()
    {
        ["Dns"] = [],
        ["Telemetry"] = ["Dns"],
        ["Configuration"] = ["Dns"],
        ["Resolution"] = ["Dns", "Telemetry"],
        ["Caching"] = ["Dns", "Resolution", "Telemetry", "Configuration"],
        ["LocalNames"] = ["Dns", "Resolution", "Telemetry", "Configuration"],
        ["Listeners"] = ["Dns", "Resolution", "Telemetry", "Configuration"],
        ["Upstreams"] = ["Dns", "Resolution", "Telemetry", "Configuration"],
        ["Failover"] = ["Dns", "Resolution", "Telemetry", "Configuration"],
        ["Control"] = ["Caching", "Configuration", "Dns", "Telemetry"],
        ["Program"] = ["Caching", "Configuration", "Control", "Failover", "Listeners", "LocalNames", "Resolution", "Telemetry", "Upstreams"],
    };

    // What is not in the framework, or is there under another root, and the areas that it is for.
    private static readonly Dictionary<string, string[]> s_packages = new()
    {
        ["Microsoft.Win32.SafeHandles"] = ["Upstreams"],
        ["Microsoft.Extensions.Logging"] = ["Telemetry", "Configuration"],
    };

    public static TheoryData<string> Areas => [.. s_mayUse.Keys];

    [Fact]
    public void Every_area_has_its_rule_and_every_rule_its_area() =>
        Assert.Equal(s_mayUse.Keys.Order(), SourceTree.Sources.Select(source => source.Area).Distinct().Order());

    [Theory]
    [MemberData(nameof(Areas))]
    public void An_area_uses_only_what_it_may(string area)
    {
        foreach (SourceFile source in SourceTree.Sources.Where(source => source.Area == area))
        {
            IEnumerable<string> used = AreaNames().Matches(source.Code).Select(match => match.Groups["area"].Value).Where(name => name != area);
            Assert.All(used.Distinct(), name => Assert.True(s_mayUse[area].Contains(name), $"{source.Path} uses {name}, which {area} must not"));
        }
    }

    [Fact]
    public void Dns_uses_System_only() =>
        Assert.All(
            SourceTree.Sources.Where(source => source.Area == "Dns"),
            source => Assert.All(Usings().Matches(source.Code), match => Assert.Matches(@"^System(\.|$)", match.Groups["name"].Value)));

    [Fact]
    public void A_package_is_used_where_it_is_meant_to_be()
    {
        foreach (SourceFile source in SourceTree.Sources)
        {
            foreach (string name in Usings().Matches(source.Code).Select(match => match.Groups["name"].Value))
            {
                if (name.StartsWith("DotProxy.", StringComparison.Ordinal)) continue;
                string? package = s_packages.Keys.FirstOrDefault(package => name.StartsWith(package, StringComparison.Ordinal));
                Assert.True(package is not null || name == "System" || name.StartsWith("System.", StringComparison.Ordinal), $"{source.Path} uses {name}, a package without a rule");
                if (package is not null) Assert.True(s_packages[package].Contains(source.Area), $"{source.Path} uses {name}, which {source.Area} must not");
            }
        }
    }

    [Fact]
    public void Each_source_is_in_the_namespace_of_its_folder() =>
        Assert.All(
            SourceTree.Sources.Where(source => source.Area != "Program"),
            source => Assert.Equal($"DotProxy.{source.Area}", Assert.Single(Namespaces().Matches(source.Code)).Groups["name"].Value));

    // A using, a qualified name from the root, or one from the enclosing namespace; not a property of the same name.
    [GeneratedRegex(@"\bDotProxy\.(?<area>\w+)|(?<![.\w])(?<area>Dns|Resolution|Listeners|LocalNames|Failover|Upstreams|Caching|Configuration|Control|Telemetry)\.(?!(Count|Select|Length)\b)[A-Z]")]
    private static partial Regex AreaNames();

    [GeneratedRegex(@"^\s*(global )?using (static )?(\w+ = )?(?<name>[\w.]+)[^;(]*;", RegexOptions.Multiline)]
    private static partial Regex Usings();

    [GeneratedRegex(@"^namespace (?<name>[\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespaces();
}
