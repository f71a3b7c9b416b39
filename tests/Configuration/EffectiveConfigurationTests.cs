using DotProxy.Configuration;

namespace DotProxy.Tests.Configuration;

public sealed class EffectiveConfigurationTests : IDisposable
{
    private readonly PemFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Each_value_is_there_with_where_it_is_from()
    {
        string file = Write("listen = [\n\"127.0.0.1:5300\",\n\"[::1]:5300\"]\nqueue = 4096\ncache-file = 'cache'\nupstream = \"quad9\"");
        var variables = new Dictionary<string, string> { ["DOTPROXY_CONFIG"] = file, ["DOTPROXY_LOG_LEVEL"] = "WARN" };
        string report = CommandLine.Parse(["check", "--cache-size", "64M", "--stale=0"], variables.GetValueOrDefault, out _)!.Report!;
        string[] lines = report.TrimEnd().Split('\n');
        Assert.Matches(@"^# dotproxy \d+\.\d+\.\d+ would start with this\. What is commented out is the default\.$", lines[0]);
        foreach (string line in (string[])
        [
            "# Listening",
            $"listen = [\"127.0.0.1:5300\", \"[::1]:5300\"]  # {file}:2",
            $"upstream = [\"quad9\"]  # {file}:6",
            "#policy = \"ordered\"  # default",
            "#ca-file  # default: none",
            "cache-size = \"64M\"  # --cache-size",
            $"cache-file = \"{_files.Folder}/cache\"  # {file}:5",
            "stale = 0  # --stale",
            "#max-ttl = \"1d\"  # default",
            $"queue = 4096  # {file}:4",
            "log-level = \"WARN\"  # DOTPROXY_LOG_LEVEL",
        ])
        {
            Assert.Contains(line, lines);
        }
        Assert.All(Settings.All.Where(setting => setting != Settings.Config), setting => Assert.Single(lines, line => line.TrimStart('#').StartsWith(setting.Key + " ", StringComparison.Ordinal)));
    }

    [Fact]
    public void Addresses_to_listen_on_by_default_can_be_read_when_they_are_commented_in() =>
        Assert.Contains("\n#listen = [\"0.0.0.0:53\", \"[::]:53\"]  # default\n", Report("check"), StringComparison.Ordinal);

    [Fact]
    public void What_it_prints_is_a_file_that_says_the_same()
    {
        string authority = _files.Write(_files.AuthorityPem), leaf = _files.Write(_files.LeafPem), key = _files.Write(_files.LeafKeyPem);
        string file = Write($"""
            connections = 3
            [[upstream]]
            spec = "tls://192.0.2.1#dns.example"
            name = "home"
            pins = ["sha256/x9SZw6TwIqfmvrLZ/kz1o0Ossjmn728BnBKpUFqGNVM=", "sha256/MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI="]
            pin-only = true
            ca-file = "{Path.GetFileName(authority)}"
            client-cert = "{leaf}"
            client-key = "{key}"
            [[upstream]]
            spec = "quad9"
            """);
        string report = Report("check", "--config", file, "--listen", "127.0.0.1,[::1]", "--cache-file", "odd\"na\\me", "--timeout", "800ms", "--policy", "fastest");
        string again = Report("check", "--config", Write(report));
        Assert.Equal(WithoutPlaces(report), WithoutPlaces(again));

        ProxyOptions options = CommandLine.Parse(["--config", Write(report)], _ => null, out _)!;
        Assert.Null(options.Report);
        Assert.Equal(Path.GetFullPath("odd\"na\\me"), options.CacheFile);
        Assert.Equal(["home", "quad9"], options.Upstreams.Select(upstream => upstream.Name));
        Assert.Equal((2, true, authority), (options.Upstreams[0].Tls.Pins.Count, options.Upstreams[0].Tls.IsPinOnly, options.Upstreams[0].Tls.CaFile!.Path));
        Assert.DoesNotContain("PRIVATE", report, StringComparison.Ordinal);
    }

    [Fact]
    public void Tables_that_a_flag_takes_the_place_of_are_not_shown()
    {
        string report = Report("check", "--config", Write("[[upstream]]\nspec = \"quad9\""), "--upstream", "google");
        Assert.Contains("upstream = [\"google\"]  # --upstream\n", report, StringComparison.Ordinal);
        Assert.DoesNotContain("quad9", report, StringComparison.Ordinal);
    }

    [Fact]
    public void Warnings_stand_at_the_head() =>
        Assert.Equal("# warning: one\n# warning: two\nqueue = 99\n", EffectiveConfiguration.Render("queue = 99\n", ["one", "two"]));

    [Theory]
    [InlineData("check", "--queue", "3")]
    [InlineData("check", "check")]
    [InlineData("--queue", "99", "check")]
    public void What_is_wrong_is_refused_as_a_start_would(params string[] words) => Assert.Throws<StartException>(() => Report(words));

    [Fact]
    public void Without_its_word_there_is_no_report() => Assert.Null(CommandLine.Parse([], _ => null, out _)!.Report);

    private string Write(string text)
    {
        string file = Path.Combine(_files.Folder, Path.GetRandomFileName() + ".toml");
        File.WriteAllText(file, text);
        return file;
    }

    private static IEnumerable<string> WithoutPlaces(string report) => report.Split('\n').Select(line => line.Split("  # ")[0]);

    private static string Report(params string[] words) => CommandLine.Parse(words, _ => null, out _)!.Report!;
}
