using System.Net;
using DotProxy.Configuration;
using Microsoft.Extensions.Logging;

namespace DotProxy.Tests.Configuration;

public sealed class CommandLineTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void Without_anything_the_defaults_hold_that_the_help_names()
    {
        ProxyOptions options = Parse();
        Assert.Equal(["0.0.0.0:53", "[::]:53"], options.Listen.Select(address => address.ToString()));
        Assert.True(options.ListenIsDefault);
        Assert.Equal("cloudflare", Assert.Single(options.Upstreams).Name);
        Assert.Equal((null, null, null), (options.CaFile, options.ClientCertificate, options.ClientKey));
        Assert.Equal((2, 16384, TimeSpan.FromSeconds(4)), (options.Connections, options.QueueCapacity, options.Timeout));
        Assert.Equal((LogLevel.Information, LogFormat.Text), (options.LogLevel, options.LogFormat));
    }

    [Fact]
    public void Every_option_is_read_from_its_flag()
    {
        ProxyOptions options = Parse(
            "--listen", "127.0.0.1:5300", "--listen", "[::1]", "--upstream", "quad9", "--upstream", "tls://192.0.2.1#a.example", "--route", "lan=udp://192.0.2.2",
            "--route", "corp.example=quad9", "--hosts", _file, "--policy", "spread", "--ca-file", _file, "--client-cert", _file,
            "--client-key", _file, "--keep-warm", "--connections", "16", "--queue", "16", "--timeout", "800ms", "--log-level", "debug", "--log-format", "json");
        AssertAll(options);
    }

    [Fact]
    public void Every_option_is_read_from_its_variable()
    {
        var variables = new Dictionary<string, string>
        {
            ["DOTPROXY_CONFIG"] = _file,
            ["DOTPROXY_LISTEN"] = "127.0.0.1:5300, [::1]",
            ["DOTPROXY_UPSTREAM"] = "quad9,tls://192.0.2.1#a.example",
            ["DOTPROXY_POLICY"] = "spread",
            ["DOTPROXY_ROUTE"] = "lan=udp://192.0.2.2, corp.example=quad9",
            ["DOTPROXY_HOSTS"] = _file,
            ["DOTPROXY_CA_FILE"] = _file,
            ["DOTPROXY_CLIENT_CERT"] = _file,
            ["DOTPROXY_CLIENT_KEY"] = _file,
            ["DOTPROXY_KEEP_WARM"] = "True",
            ["DOTPROXY_CACHE_SIZE"] = "64k",
            ["DOTPROXY_CACHE_FILE"] = _file,
            ["DOTPROXY_STALE"] = "2h",
            ["DOTPROXY_MIN_TTL"] = "1m",
            ["DOTPROXY_MAX_TTL"] = "7d",
            ["DOTPROXY_CONNECTIONS"] = "16",
            ["DOTPROXY_QUEUE"] = " 16 ",
            ["DOTPROXY_TIMEOUT"] = "0.8s",
            ["DOTPROXY_CONTROL"] = "/run/dotproxy.sock",
            ["DOTPROXY_LOG_LEVEL"] = "debug",
            ["DOTPROXY_LOG_FORMAT"] = "json",
        };
        Assert.Equal(Settings.All.Select(setting => setting.Variable).Order(), variables.Keys.Order());
        AssertAll(CommandLine.Parse([], variables.GetValueOrDefault, out _)!);
    }

    [Fact]
    public void A_flag_wins_over_its_variable_and_a_list_is_not_mixed()
    {
        var variables = new Dictionary<string, string> { ["DOTPROXY_LISTEN"] = "192.0.2.1", ["DOTPROXY_QUEUE"] = "nonsense", ["DOTPROXY_CONNECTIONS"] = "3" };
        ProxyOptions options = CommandLine.Parse(["--listen", "127.0.0.1:5300", "--queue", "99"], variables.GetValueOrDefault, out _)!;
        Assert.Equal("127.0.0.1:5300", Assert.Single(options.Listen).ToString());
        Assert.Equal((99, 3), (options.QueueCapacity, options.Connections));
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    public void An_empty_variable_is_as_good_as_none(string value)
    {
        ProxyOptions options = CommandLine.Parse([], _ => value, out _)!;
        Assert.True(options.ListenIsDefault);
        Assert.Equal(2, options.Connections);
    }

    [Fact]
    public void A_list_is_read_from_one_flag_too() =>
        Assert.Equal(["127.0.0.1:5300", "[::1]:53", "192.0.2.1:53"], Parse("--listen", "127.0.0.1:5300, [::1]", "--listen", "192.0.2.1").Listen.Select(address => address.ToString()));

    [Fact]
    public void Words_and_units_may_be_written_in_capitals()
    {
        ProxyOptions options = Parse("--log-level", "WARN", "--log-format", "Json", "--timeout", "800MS", "--stale", "2H", "--cache-size", "64k");
        Assert.Equal((LogLevel.Warning, LogFormat.Json, TimeSpan.FromMilliseconds(800)), (options.LogLevel, options.LogFormat, options.Timeout));
        Assert.Equal((TimeSpan.FromHours(2), 65536), (options.Stale, options.CacheSize));
    }

    [Theory]
    [InlineData(true, "--keep-warm")]
    [InlineData(true, "--keep-warm=TRUE")]
    [InlineData(false, "--keep-warm=false")]
    [InlineData(false)]
    public void A_switch_is_on_by_its_name_alone_and_takes_no_word_from_what_follows(bool expected, params string[] arguments)
    {
        ProxyOptions options = Parse([.. arguments, "--queue", "99"]);
        Assert.Equal((expected, 99), (options.KeepWarm, options.QueueCapacity));
    }

    [Fact]
    public void An_option_and_its_value_may_be_one_argument() => Assert.Equal(7, Parse("--connections=7").Connections);

    [Theory]
    [InlineData("100ms", 100)]
    [InlineData("30s", 30000)]
    [InlineData("1.5s", 1500)]
    [InlineData("30000ms", 30000)]
    public void A_time_is_read_in_seconds_or_milliseconds(string text, int milliseconds) =>
        Assert.Equal(milliseconds, Parse("--timeout", text).Timeout.TotalMilliseconds);

    // Every message names the key, the value, and what would be right.
    [Theory]
    [InlineData("--listen", "localhost", "expected an IP address with an optional port, such as 127.0.0.1:5300")]
    [InlineData("--listen", "127.0.0.1:65536", "port 65536 is out of range; 65535 is the highest")]
    [InlineData("--listen", "5399", "write 127.0.0.1:5399 for this machine alone")]
    [InlineData("--listen", ":5399", "write 127.0.0.1:5399 for this machine alone")]
    [InlineData("--listen", "::1:5399", "write [::1]:5399 if the end is meant as a port")]
    [InlineData("--listen", "[::ffff:192.0.2.1]:53", "an IPv4 address is written as such: 192.0.2.1:53")]
    [InlineData("--listen", "224.0.0.251:5353", "nobody can listen on a multicast address")]
    [InlineData("--listen", "[ff02::fb]:5353", "nobody can listen on a multicast address")]
    [InlineData("--listen", "255.255.255.255", "nobody can listen on the broadcast address")]
    [InlineData("--listen", "fe80::1", "a link-local address needs its interface, such as [fe80::1%eth0]:53")]
    [InlineData("--listen", "[fe80::1%no-such-interface]:53", "this machine has no such interface")]
    [InlineData("--listen", ",", "expected an IP address")]
    [InlineData("--listen", "127.1", "expected an IP address with an optional port")]
    [InlineData("--upstream", "cloudflar", "one of: cloudflare, quad9, google")]
    [InlineData("--upstream", "udp://1.1.1.1", "expected tls://ADDRESS[:PORT]#HOSTNAME, such as tls://9.9.9.9#dns.quad9.net")]
    [InlineData("--upstream", "tls://dns.quad9.net", "a name would have to be looked up in clear")]
    [InlineData("--upstream", "tls://9.9.9.9#not a name", "'not a name' after '#' is no host name")]
    [InlineData("--upstream", "tls://9.9.9.9#", "'' after '#' is no host name")]
    [InlineData("--upstream", "tls://9.9.9.9:0#dns.quad9.net", "'9.9.9.9:0' has port 0, where nobody can listen; expected tls://ADDRESS[:PORT]#HOSTNAME")]
    [InlineData("--upstream", "tls://127.0.0.1:70000#a.b", "in '127.0.0.1:70000', port 70000 is out of range")]
    [InlineData("--upstream", "tls://::1:853#a.b", "write [::1]:853 if the end is meant as a port")]
    [InlineData("--upstream", "tls://239.1.1.1#a.b", "is no IP address of a host")]
    [InlineData("--route", "lan", "expected ZONE=UPSTREAM, such as lan=udp://192.168.1.1")]
    [InlineData("--route", ".=udp://192.168.1.1", "the root is every name, and those are asked over TLS or HTTPS: give --upstream instead")]
    [InlineData("--route", ".=quad9", "give --upstream instead")]
    [InlineData("--route", "=udp://192.168.1.1", "'' is no domain name; expected ZONE=UPSTREAM")]
    [InlineData("--route", "a..b=udp://192.168.1.1", "'a..b' is no domain name")]
    [InlineData("--route", "lan=192.168.1.1", "or udp://ADDRESS[:PORT]")]
    [InlineData("--route", "lan=http://192.168.1.1", "expected tls://ADDRESS[:PORT]#HOSTNAME")]
    [InlineData("--route", "lan=tls://router", "a name would have to be looked up in clear")]
    [InlineData("--route", "lan=udp://router", "'router' is no IP address of a host with an optional port; expected udp://ADDRESS[:PORT]")]
    [InlineData("--route", "lan=udp://192.168.1.1:0", "has port 0, where nobody can listen")]
    [InlineData("--route", "lan=udp://192.168.1.1:70000", "port 70000 is out of range")]
    [InlineData("--route", "lan=udp://::1:53", "write [::1]:53 if the end is meant as a port")]
    [InlineData("--route", "lan=tcp://0.0.0.0", "is no address of one host")]
    [InlineData("--route", "lan=udp://224.0.0.251", "is no address of one host")]
    [InlineData("--route", "lan=udp://[::ffff:192.0.2.1]", "an IPv4 address is written as such: 192.0.2.1:53")]
    [InlineData("--route", "lan=udp://fe80::1", "a link-local address needs its interface, such as [fe80::1%eth0]")]
    [InlineData("--hosts", "/nonexistent/hosts", "no such file; give the path of a file like /etc/hosts that this user may read")]
    [InlineData("--hosts", "/tmp", "it is a directory; give the path of a file like /etc/hosts")]
    [InlineData("--config", "/nonexistent/dotproxy.toml", "no such file; give the path of a TOML file that this user may read")]
    [InlineData("--config", "/tmp", "it is a directory; give the path of a TOML file that this user may read")]
    [InlineData("--ca-file", "/nonexistent/ca.pem", "no such file; give the path of a PEM file that this user may read")]
    [InlineData("--ca-file", "/tmp", "it is a directory; give the path of a PEM file that this user may read")]
    [InlineData("--cache-file", "/tmp", "it is a directory; give the path of a file in a directory that this user may write to")]
    [InlineData("--cache-file", "/nonexistent/cache", "no such directory; give the path of a file")]
    [InlineData("--client-cert", "/nonexistent/c.pem", "no such file")]
    [InlineData("--client-key", "/nonexistent/k.pem", "no such file")]
    [InlineData("--connections", "0", "expected a whole number from 1 to 16")]
    [InlineData("--connections", "17", "expected a whole number from 1 to 16")]
    [InlineData("--connections", "-1", "expected a whole number from 1 to 16")]
    [InlineData("--connections", "two", "expected a whole number from 1 to 16")]
    [InlineData("--connections", "2.0", "expected a whole number from 1 to 16")]
    [InlineData("--connections", "99999999999999999999", "expected a whole number from 1 to 16")]
    [InlineData("--queue", "15", "expected a whole number from 16 to 1048576")]
    [InlineData("--queue", "1048577", "expected a whole number from 16 to 1048576")]
    [InlineData("--timeout", "99ms", "expected a time from 100ms to 30s, such as 800ms or 4s")]
    [InlineData("--timeout", "31s", "expected a time from 100ms to 30s")]
    [InlineData("--timeout", "4", "the unit is missing; expected a time from 100ms to 30s")]
    [InlineData("--stale", "4", "the unit is missing; expected a time from 0 to 30d")]
    [InlineData("--timeout", "s", "expected a time from 100ms to 30s")]
    [InlineData("--timeout", "NaNs", "expected a time from 100ms to 30s")]
    [InlineData("--timeout", "Infinitys", "expected a time from 100ms to 30s")]
    [InlineData("--timeout", "-4s", "expected a time from 100ms to 30s")]
    [InlineData("--timeout", "1,5s", "expected a time from 100ms to 30s")]
    [InlineData("--keep-warm", "on", "expected true or false")]
    [InlineData("--log-level", "verbose", "expected debug, info, warn or error")]
    [InlineData("--log-format", "xml", "expected text or json")]
    public void A_wrong_value_is_refused_with_its_key_and_what_would_be_right(string flag, string value, string remedy)
    {
        Setting setting = Settings.All.Single(setting => setting.Flag == flag);
        string fromFlag = setting.IsSwitch ? Refusal($"{flag}={value}") : Refusal(flag, value);
        Assert.StartsWith($"{flag} '{value}': ", fromFlag, StringComparison.Ordinal);
        Assert.Contains(remedy, fromFlag, StringComparison.Ordinal);

        string variable = setting.Variable;
        string fromVariable = Assert.Throws<StartException>(() => CommandLine.Parse([], name => name == variable ? value : null, out _)).Message;
        Assert.StartsWith($"{variable} '{value}': ", fromVariable, StringComparison.Ordinal);
        Assert.Contains(remedy, fromVariable, StringComparison.Ordinal);
    }

    [Fact]
    public void The_path_of_a_socket_is_no_longer_than_the_system_has_room_for()
    {
        Assert.Equal("/run/dotproxy.sock", Parse("--control", "/run/dotproxy.sock").Control);
        Assert.Null(Parse().Control);
        Assert.Equal(107, Parse("--control", new string('x', 107)).Control!.Length);
        Assert.StartsWith($"--control '{new string('é', 54)}': it is longer than the 107 octets", Refusal("--control", new string('é', 54)), StringComparison.Ordinal);
        Assert.Contains("expected the path of a socket", Refusal("--control="), StringComparison.Ordinal);
    }

    [Fact]
    public void What_may_be_given_once_is_refused_twice()
    {
        foreach (Setting setting in Settings.All.Where(setting => setting is not (Setting<IPEndPoint> or Setting<UpstreamSpec> or Setting<RouteSpec>)))
            Assert.Equal($"{setting.Flag} is given 2 times; once would be right", Refusal($"{setting.Flag}=4", $"{setting.Flag}=4"));
    }

    [Theory]
    [InlineData("--nope", "'--nope' is unknown; 'dotproxy --help' lists what there is")]
    [InlineData("--nope=1", "'--nope' is unknown; 'dotproxy --help' lists what there is")]
    [InlineData("--timeuot", "'--timeuot' is unknown (did you mean --timeout?); 'dotproxy --help' lists what there is")]
    [InlineData("", "'' is unknown; 'dotproxy --help' lists what there is")]
    [InlineData("serve", "'serve' is unknown; 'dotproxy --help' lists what there is")]
    [InlineData("chekc", "'chekc' is unknown (did you mean check?); 'dotproxy --help' lists what there is")]
    [InlineData("chache", "'chache' is unknown (did you mean cache?); 'dotproxy --help' lists what there is")]
    [InlineData("listen", "'listen' is unknown (did you mean --listen?); 'dotproxy --help' lists what there is")]
    [InlineData("--Listen", "'--Listen' is unknown (did you mean --listen?); 'dotproxy --help' lists what there is")]
    [InlineData("--lsiten", "'--lsiten' is unknown (did you mean --listen?); 'dotproxy --help' lists what there is")]
    [InlineData("--loglevel=info", "'--loglevel' is unknown (did you mean --log-level?); 'dotproxy --help' lists what there is")]
    [InlineData("--connection-count", "'--connection-count' is unknown (did you mean --connections?); 'dotproxy --help' lists what there is")]
    [InlineData("--client", "'--client' is unknown; 'dotproxy --help' lists what there is")]
    public void What_is_unknown_is_refused_by_its_name(string argument, string expected) => Assert.Equal(expected, Refusal(argument));

    [Fact]
    public void A_command_behind_options_is_told_its_place() =>
        Assert.Equal("'check' goes before all options: 'dotproxy check …'; 'dotproxy --help' shows how", Refusal("--queue", "99", "check"));

    [Fact]
    public void A_flag_without_its_value_is_refused_by_its_name()
    {
        foreach (Setting setting in Settings.All.Where(setting => !setting.IsSwitch)) Assert.Contains(setting.Flag, Refusal(setting.Flag), StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_without_a_certificate_is_refused()
    {
        string message = Refusal("--client-key", _file);
        Assert.Contains($"--client-key '{_file}'", message, StringComparison.Ordinal);
        Assert.Contains("give --client-cert too", message, StringComparison.Ordinal);
        Assert.Equal(_file, Parse("--client-cert", _file).ClientCertificate);
    }

    private void AssertAll(ProxyOptions options)
    {
        Assert.Equal(["127.0.0.1:5300", "[::1]:53"], options.Listen.Select(address => address.ToString()));
        Assert.False(options.ListenIsDefault);
        Assert.Equal(["quad9", "a.example"], options.Upstreams.Select(upstream => upstream.Name));
        Assert.Equal(Policy.Spread, options.Policy);
        Assert.Equal([("lan.", "udp://192.0.2.2:53 in clear"), ("corp.example.", options.Upstreams[0].ToString())], options.Routes.Select(route => (route.ZoneName, route.Target)));
        Assert.Equal((_file, _file, _file, _file), (options.HostsFile, options.CaFile, options.ClientCertificate, options.ClientKey));
        Assert.Equal((16, 16, TimeSpan.FromMilliseconds(800)), (options.Connections, options.QueueCapacity, options.Timeout));
        Assert.Equal((LogLevel.Debug, LogFormat.Json), (options.LogLevel, options.LogFormat));
        Assert.True(options.KeepWarm);
    }

    private static ProxyOptions Parse(params string[] arguments) => CommandLine.Parse(arguments, _ => null, out _)!;

    private static string Refusal(params string[] arguments) => Assert.Throws<StartException>(() => Parse(arguments)).Message;
}
