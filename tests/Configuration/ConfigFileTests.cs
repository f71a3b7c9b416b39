using DotProxy.Configuration;
using DotProxy.Tests.Fakes;
using Microsoft.Extensions.Logging;

namespace DotProxy.Tests.Configuration;

public sealed class ConfigFileTests : IDisposable
{
    private readonly PemFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Every_option_is_read_from_its_key()
    {
        File.WriteAllText(Path.Combine(_files.Folder, "ca.pem"), "");
        ProxyOptions options = Parse(Write("""
            listen = ["127.0.0.1:5300", "[::1]"]
            upstream = ["quad9", "tls://192.0.2.1#a.example"]
            policy = "spread"
            ca-file = "ca.pem"
            client-cert = "ca.pem"
            client-key = "ca.pem"
            cache-size = "64k"
            cache-file = "cache"
            control = "socket"
            stale = "2h"
            min-ttl = "1m"
            max-ttl = "7d"
            connections = 16
            queue = 1_024
            timeout = "800ms"
            log-level = "debug"
            log-format = "json"
            """));
        Assert.Equal(["127.0.0.1:5300", "[::1]:53"], options.Listen.Select(address => address.ToString()));
        Assert.Equal(["quad9", "a.example"], options.Upstreams.Select(upstream => upstream.Name));
        string authority = Path.Combine(_files.Folder, "ca.pem");
        Assert.Equal((authority, authority, authority), (options.CaFile, options.ClientCertificate, options.ClientKey));
        Assert.Equal((65536, Path.Combine(_files.Folder, "cache")), (options.CacheSize, options.CacheFile));
        Assert.Equal(Path.Combine(_files.Folder, "socket"), options.Control);
        Assert.Equal((TimeSpan.FromHours(2), TimeSpan.FromMinutes(1), TimeSpan.FromDays(7)), (options.Stale, options.MinTtl, options.MaxTtl));
        Assert.Equal((Policy.Spread, 16, 1024, TimeSpan.FromMilliseconds(800)), (options.Policy, options.Connections, options.QueueCapacity, options.Timeout));
        Assert.Equal((LogLevel.Debug, LogFormat.Json), (options.LogLevel, options.LogFormat));
    }

    [Fact]
    public void A_flag_wins_over_a_variable_and_a_variable_over_the_file()
    {
        string file = Write("connections = 3\nqueue = 33\nlog-level = \"warn\"\nlisten = \"127.0.0.1:5300, [::1]:5300\"");
        var variables = new Dictionary<string, string> { ["DOTPROXY_CONFIG"] = file, ["DOTPROXY_QUEUE"] = "22", ["DOTPROXY_CONNECTIONS"] = "2", ["DOTPROXY_TIMEOUT"] = "" };
        ProxyOptions options = CommandLine.Parse(["--connections", "1"], variables.GetValueOrDefault, out _)!;
        Assert.Equal((1, 22, LogLevel.Warning, TimeSpan.FromSeconds(4)), (options.Connections, options.QueueCapacity, options.LogLevel, options.Timeout));
        Assert.Equal(2, options.Listen.Count);
        Assert.Equal(("--connections", "DOTPROXY_QUEUE", $"{file}:3: log-level", "--timeout"), (
            options.NameOf(Settings.Connections), options.NameOf(Settings.Queue), options.NameOf(Settings.Level), options.NameOf(Settings.Timeout)));
    }

    [Theory]
    [InlineData("cache-size = \"16Q\"", 1, "cache-size '16Q': expected a size from 64K to 16G, such as 16M, or 0")]
    [InlineData("\n\nqueue = 3", 3, "queue '3': expected a whole number from 16 to 1048576")]
    [InlineData("queue = true", 1, "queue 'true': expected a whole number")]
    [InlineData("listen = 53", 1, "listen '53': expected an IP address with an optional port, such as 127.0.0.1:5300 or [::1]:53; write 127.0.0.1:53")]
    [InlineData("listen = [\n\"127.0.0.1\",\n\"localhost\"]", 3, "listen 'localhost': expected an IP address")]
    [InlineData("listen = []", 1, "listen: the array is empty; leave the key out for the default")]
    [InlineData("timeout = [\"4s\"]", 1, "timeout: there is an array; one value would be right")]
    [InlineData("timeout = 4", 1, "timeout '4': the unit is missing; expected a time from 100ms to 30s")]
    [InlineData("\nchache-size = \"1M\"", 2, "chache-size is unknown (did you mean cache-size?); a key is an option without its dashes")]
    [InlineData("ca_file = \"ca.pem\"", 1, "ca_file is unknown (did you mean ca-file?)")]
    [InlineData("colour = \"blue\"", 1, "colour is unknown; a key")]
    [InlineData("config = \"other.toml\"", 1, "config: a file names no other; give --config itself")]
    [InlineData("[server]\nlisten = \"127.0.0.1\"", 1, "[server] is unknown")]
    [InlineData("queue = 99\nqueue = 99", 2, "queue is there already, on line 1; leave one of them out")]
    [InlineData("listen = [\"127.0.0.1:5300\", \"0.0.0.0:5300\"]", 1, "listen '0.0.0.0:5300': '127.0.0.1:5300' covers it already")]
    [InlineData("upstream = [\"quad9\",\n\"quad9\"]", 1, "upstream 'quad9': 9.9.9.9:853 is there twice")]
    [InlineData("queue", 1, "= is missing after 'queue'")]
    public void A_fault_is_one_line_with_file_line_key_and_what_would_be_right(string text, int line, string fault)
    {
        string file = Write(text), message = Refusal(file);
        Assert.StartsWith($"{file}:{line}: {fault}", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void A_path_begins_where_the_file_is()
    {
        string file = Write("ca-file = \"gone/ca.pem\"");
        Assert.Equal($"{file}:1: ca-file '{Path.Combine(_files.Folder, "gone/ca.pem")}': no such file; give the path of a PEM file that this user may read", Refusal(file));
    }

    [Fact]
    public void A_file_that_is_too_long_is_not_read_to_its_end()
    {
        string file = Write(new string('#', (1 << 20) + 1));
        Assert.Equal($"--config '{file}': it has more than 1048576 octets; give the path of a TOML file that this user may read", Refusal(file));
        Parse(Write(new string('#', 1 << 20)));
    }

    [Fact]
    public void What_is_no_UTF_8_is_refused_with_its_line()
    {
        string file = Path.Combine(_files.Folder, "latin1.toml");
        File.WriteAllBytes(file, [.. "queue = 99\n# "u8, 0xe9, (byte)'\n']);
        Assert.Equal($"{file}:2: a character that is no UTF-8; save the file as UTF-8", Refusal(file));
    }

    [Fact]
    public void The_example_names_every_key_and_says_what_holds_without_it()
    {
        string example = File.ReadAllText(Path.Combine(Repository.Root, "docs", "dotproxy.example.toml"));
        Assert.All(Settings.All.Where(setting => setting != Settings.Config), setting => Assert.Matches($"(?m)^#?{setting.Key} = ", example));

        // Addresses and resolvers are there to be seen in use; everything else is the default.
        ProxyOptions defaults = CommandLine.Parse([], _ => null, out _)!, shown = Parse(Write(example));
        Assert.Equal(["cloudflare", "quad9"], shown.Upstreams.Select(upstream => upstream.Name));
        Assert.Equal(defaults, shown with { Listen = defaults.Listen, ListenIsDefault = true, Upstreams = defaults.Upstreams, NameOf = defaults.NameOf, Routes = defaults.Routes });

        // What is commented out is right too, as far as its files are there.
        string[] commented = [.. example.Split('\n').Where(line => line.StartsWith('#') && line.Length > 1 && line[1] != ' ').Select(line => line[1..])];
        IReadOnlyList<TomlTable> tables = TomlReader.Read("a", string.Join('\n', commented));
        Assert.Equal(["listen", "ca-file", "client-cert", "client-key", "hosts", "route", "cache-file", "control"], tables[0].Entries.Select(entry => entry.Key));
        Assert.Equal(UpstreamTables.Keys, Assert.Single(tables.Skip(1)).Entries.Select(entry => entry.Key));
    }

    // What is found wrong only beside other things is found at its place too.
    [Theory]
    [InlineData("route = [\"lan=udp://192.0.2.1\", \"lan=quad9\"]", "route 'lan.': it goes to udp://192.0.2.1:53 in clear already")]
    [InlineData("min-ttl = \"50m\"\nmax-ttl = \"1m\"", "min-ttl '3000s': it is more than {0}:2: max-ttl, 60s")]
    public void What_does_not_go_together_is_named_by_its_lines(string text, string expected)
    {
        string file = Write(text);
        Assert.StartsWith($"{file}:1: {expected.Replace("{0}", file, StringComparison.Ordinal)}", Refusal(file), StringComparison.Ordinal);
    }

    [Fact]
    public void A_byte_order_mark_is_passed_over()
    {
        string file = Path.Combine(_files.Folder, "bom.toml");
        File.WriteAllBytes(file, [0xef, 0xbb, 0xbf, .. "queue = 99\r\n"u8]);
        Assert.Equal(99, Parse(file).QueueCapacity);
    }

    [Fact]
    public void The_tables_of_the_manual_are_right()
    {
        string manual = File.ReadAllText(Path.Combine(Repository.Root, "docs", "configuration.md"));
        string[] blocks = [.. manual.Split("```toml\n").Skip(1).Select(rest => rest.Split("```")[0])];
        Assert.NotEmpty(blocks);
        foreach (string file in (string[])["home-ca.pem", "home-client.pem", "home-client.key"]) File.WriteAllText(Path.Combine(_files.Folder, file), "");
        Assert.All(blocks, block => Parse(Write(block)));
        Assert.All(UpstreamTables.Keys, key => Assert.Matches($"(?m)^{key} = ", manual));
    }

    private string Write(string text)
    {
        string file = Path.Combine(_files.Folder, Path.GetRandomFileName() + ".toml");
        File.WriteAllText(file, text);
        return file;
    }

    private static ProxyOptions Parse(string file) => CommandLine.Parse(["--config", file], _ => null, out _)!;

    private static string Refusal(string file) => Assert.Throws<StartException>(() => Parse(file)).Message;
}
