using System.Net;
using System.Net.Sockets;
using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.EndToEnd;

/// <summary>How the native binary starts, refuses to start, and stops.</summary>
public sealed class LifecycleTests
{
    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task A_stop_signal_answers_what_is_in_flight_and_exits_0(string signal)
    {
        await using var upstream = new FakeUpstream((query, _) => new FakeReply(Wire.Answer(query)) { Delay = TimeSpan.FromMilliseconds(600) });
        await using ProxyProcess proxy = await ProxyProcess.StartAsync(upstream.Spec);
        using TcpDns tcp = await DnsClient.ConnectAsync(proxy.EndPoint);
        byte[] overUdp = Wire.Query(1, "udp.test"), overTcp = Wire.Query(2, "tcp.test");
        Task<byte[]?> udp = DnsClient.AskAsync(proxy.EndPoint, overUdp);
        await tcp.SendAsync(overTcp);
        await Condition.HoldsAsync(() => upstream.Queries.Count == 2);

        await proxy.Process.SignalAsync(signal);

        Assert.True(Wire.IsAnswerTo(await udp, overUdp));
        Assert.True(Wire.IsAnswerTo(await tcp.ReceiveAsync(), overTcp));
        Assert.Null(await tcp.ReceiveAsync());
        Assert.Equal(0, await proxy.Process.WaitForExitAsync());
        Assert.Contains("stopped", proxy.Process.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stop_with_an_upstream_that_never_answers_still_ends_with_answers()
    {
        await using var upstream = new FakeUpstream((_, _) => new FakeReply());
        await using ProxyProcess proxy = await ProxyProcess.StartAsync(upstream.Spec, "--timeout", "30s");
        Task<byte[]?> asked = DnsClient.AskAsync(proxy.EndPoint, Wire.Query(1, "a.test"));
        await Condition.HoldsAsync(() => upstream.Queries.Count == 1);

        await proxy.Process.SignalAsync("TERM");

        Assert.Equal(0, await proxy.Process.WaitForExitAsync());
        Assert.Equal(2, Wire.Rcode(await asked));
    }

    [Theory]
    [InlineData("--queue", "many", "expected a whole number from 16 to 1048576")]
    [InlineData("--queue", "3", "expected a whole number from 16 to 1048576")]
    [InlineData("--timeout", "4", "the unit is missing; expected a time from 100ms to 30s")]
    [InlineData("--listen", "localhost:53", "expected an IP address")]
    [InlineData("--upstream", "udp://1.1.1.1", "expected tls://ADDRESS")]
    [InlineData("--upstream", "tls://cloudflare-dns.com", "is no IP address")]
    [InlineData("--upstream", "tls://0.0.0.0#dns.example", "is no IP address of a host")]
    [InlineData("--upstream", "tls://9.9.9.9#1.2.3", "is no host name")]
    [InlineData("--ca-file", "/nonexistent.pem", "no such file")]
    [InlineData("--client-key", "/dev/null", "there is no certificate for it")]
    [InlineData("--log-level", "loud", "expected debug, info, warn or error")]
    [InlineData("--no-such-flag", "x", "is unknown")]
    public async Task A_bad_flag_ends_the_start_with_one_line(string flag, string value, string remedy)
    {
        Tool.Result result = await Tool.RunAsync(Repository.Binary, flag, value);

        Assert.Equal(2, result.ExitCode);
        string line = Assert.Single(result.Output.Trim().Split('\n'));
        Assert.StartsWith("dotproxy: " + (flag == "--no-such-flag" ? "'--no" : flag + " '"), line, StringComparison.Ordinal);
        Assert.Contains(remedy, line, StringComparison.Ordinal);
    }

    // A file's value may hold escapes that its text may not; the line stays one, and drives no terminal.
    [Fact]
    public async Task Whatever_is_in_a_value_the_fault_is_one_line()
    {
        Tool.Result result = await Tool.RunAsync(Repository.Binary, "--policy", "a\nb\u001b[31m");
        Assert.Equal((2, "dotproxy: --policy 'a b [31m': expected ordered, fastest or spread\n"), (result.ExitCode, result.Output));
    }

    [Fact]
    public async Task A_bad_variable_is_named()
    {
        await using var process = new BackgroundProcess(
            Repository.Binary, [], new Dictionary<string, string> { ["DOTPROXY_TIMEOUT"] = "soon" });
        Assert.Equal(2, await process.WaitForExitAsync());
        Assert.Contains("DOTPROXY_TIMEOUT 'soon': expected a time", process.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SocketType.Dgram, ProtocolType.Udp)]
    [InlineData(SocketType.Stream, ProtocolType.Tcp)]
    public async Task A_port_that_is_taken_ends_the_start_with_one_line(SocketType type, ProtocolType protocol)
    {
        using var taker = new Socket(AddressFamily.InterNetwork, type, protocol);
        taker.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        if (type == SocketType.Stream) taker.Listen();

        Tool.Result result = await Tool.RunAsync(Repository.Binary, "--listen", taker.LocalEndPoint!.ToString()!, "--ca-file", TestCertificates.Authority);

        Assert.Equal(2, result.ExitCode);
        string line = Assert.Single(result.Output.Trim().Split('\n'));
        Assert.StartsWith($"dotproxy: --listen '{taker.LocalEndPoint}': ", line, StringComparison.Ordinal);
        Assert.Contains("taken by another process", line, StringComparison.Ordinal);
        Assert.DoesNotContain("on one address alone", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_address_that_cannot_be_bound_leaves_no_word_of_the_first()
    {
        Tool.Result result = await Tool.RunAsync(
            Repository.Binary, "--listen", "127.0.0.1:0", "--listen", "192.0.2.1:0", "--ca-file", TestCertificates.Authority, "--log-format", "json");
        Assert.Equal((2, "dotproxy: --listen '192.0.2.1:0': this machine has no such address; use one of its own, or 0.0.0.0 or [::] for all\n"), (result.ExitCode, result.Output));
    }

    [Fact]
    public async Task A_second_proxy_on_the_same_port_is_refused()
    {
        await using var upstream = new FakeUpstream();
        await using ProxyProcess first = await ProxyProcess.StartAsync(upstream.Spec);
        Tool.Result second = await Tool.RunAsync(
            Repository.Binary, "--listen", first.EndPoint.ToString(), "--upstream", upstream.Spec, "--ca-file", TestCertificates.Authority);
        Assert.Equal(2, second.ExitCode);
    }

    [Fact]
    public async Task A_file_that_is_no_certificate_ends_the_start()
    {
        Tool.Result result = await Tool.RunAsync(Repository.Binary, "--listen", "127.0.0.1:0", "--ca-file", "/etc/hostname");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("no certificate in it", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_this_user_may_not_read_ends_the_start_with_the_plain_cause()
    {
        if (!Environment.IsPrivilegedProcess) Assert.Skip("only root can become another user");
        DirectoryInfo open = Directory.CreateTempSubdirectory("dotproxy-locked-");
        File.SetUnixFileMode(open.FullName, (UnixFileMode)0b111_101_101);
        string binary = Path.Combine(open.FullName, "dotproxy"), locked = Path.Combine(open.FullName, "ca.pem");
        File.Copy(Repository.Binary, binary);
        File.Copy(TestCertificates.Authority, locked);
        File.SetUnixFileMode(locked, UnixFileMode.UserRead);
        Tool.Result result = await Tool.RunAsync("setpriv", "--reuid", "65532", "--regid", "65532", "--clear-groups", binary, "--ca-file", locked);
        Assert.Equal((2, $"dotproxy: --ca-file '{locked}': permission denied; give the path of a PEM file that this user may read\n"), (result.ExitCode, result.Output));
        open.Delete(recursive: true);
    }

    [Fact]
    public async Task A_key_that_is_not_the_certificates_ends_the_start()
    {
        Tool.Result result = await Tool.RunAsync(
            Repository.Binary, "--listen", "127.0.0.1:0", "--client-cert", TestCertificates.File("client.pem"), "--client-key", TestCertificates.File("good.key"));
        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith($"dotproxy: --client-key '{TestCertificates.File("good.key")}': the private key is not that of the certificate", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_option_is_an_environment_variable_too()
    {
        await using var upstream = new FakeUpstream();
        await using ProxyProcess proxy = await ProxyProcess.WaitAsync(new BackgroundProcess(Repository.Binary, [], new Dictionary<string, string>
        {
            ["DOTPROXY_LISTEN"] = "127.0.0.1:0",
            ["DOTPROXY_UPSTREAM"] = upstream.Spec,
            ["DOTPROXY_CA_FILE"] = TestCertificates.Authority,
            ["DOTPROXY_LOG_FORMAT"] = "json",
        }));
        byte[] query = Wire.Query(1, "a.test");
        Assert.True(Wire.IsAnswerTo(await DnsClient.AskAsync(proxy.EndPoint, query), query));
    }

    [Fact]
    public async Task What_was_given_and_is_not_used_is_warned_of_and_the_trust_named()
    {
        await using var upstream = new FakeUpstream();
        await using ProxyProcess proxy = await ProxyProcess.WaitAsync(new BackgroundProcess(
            Repository.Binary,
            ["--listen", "127.0.0.1:0", "--upstream", upstream.Spec],
            new Dictionary<string, string> { ["SSL_CERT_FILE"] = TestCertificates.Authority, ["DOTPROXY_LISTENS"] = "127.0.0.1:53", ["DOTPROXY_STALE"] = "" }));

        string start = await proxy.Process.WaitForLineAsync("asks ");
        Assert.EndsWith($"; trusts the certificate authority in {TestCertificates.Authority} (SSL_CERT_FILE)", start, StringComparison.Ordinal);
        await proxy.Process.WaitForLineAsync("warn  DOTPROXY_LISTENS is no option of dotproxy and has no effect (did you mean DOTPROXY_LISTEN?)");
        byte[] query = Wire.Query(1, "a.test");
        Assert.True(Wire.IsAnswerTo(await DnsClient.AskAsync(proxy.EndPoint, query), query));
        await proxy.Process.SignalAsync("TERM");
        Assert.Equal(0, await proxy.Process.WaitForExitAsync());
        Assert.Equal(1, proxy.Process.Output.Split(" warn ").Length - 1);
    }

    [Fact]
    public async Task The_default_log_names_neither_queries_nor_clients()
    {
        // RFC 9076: by default nobody who reads the log learns who asked what; not even when it fails.
        await using var upstream = new FakeUpstream((query, _) => new FakeReply(Wire.Error(query, rcode: 2)));
        await using ProxyProcess proxy = await ProxyProcess.StartAsync(upstream.Spec);
        await DnsClient.FloodAsync(proxy.EndPoint, 20, 5, "secret");
        await proxy.Process.SignalAsync("TERM");
        await proxy.Process.WaitForExitAsync();
        Assert.DoesNotContain("secret", proxy.Process.Output, StringComparison.Ordinal);
        Assert.Contains("stopped", proxy.Process.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_without_a_home_resolves_too()
    {
        // A number that no list of users knows, as containers and service managers use, with nothing in the environment.
        if (!Environment.IsPrivilegedProcess) Assert.Skip("only root can become another user");
        await using var upstream = new FakeUpstream();
        DirectoryInfo open = Directory.CreateTempSubdirectory("dotproxy-homeless-");
        File.SetUnixFileMode(open.FullName, (UnixFileMode)0b111_101_101);
        string binary = Path.Combine(open.FullName, "dotproxy"), authority = Path.Combine(open.FullName, "ca.pem");
        File.Copy(Repository.Binary, binary);
        File.Copy(TestCertificates.Authority, authority);
        await using ProxyProcess proxy = await ProxyProcess.WaitAsync(new BackgroundProcess("env",
        [
            "-i", "setpriv", "--reuid", "65532", "--regid", "65532", "--clear-groups",
            binary, "--listen", "127.0.0.1:0", "--upstream", upstream.Spec, "--ca-file", authority,
        ]));
        byte[] query = Wire.Query(1, "a.test");
        Assert.True(Wire.IsAnswerTo(await DnsClient.AskAsync(proxy.EndPoint, query), query));
        open.Delete(recursive: true);
    }

    [Fact]
    public async Task Version_and_help_go_to_standard_output()
    {
        Tool.Result version = await Tool.RunAsync(Repository.Binary, "--version");
        Assert.Equal(0, version.ExitCode);
        Assert.Matches(@"^dotproxy \d+\.\d+\.\d+\n$", version.Output);
        Tool.Result help = await Tool.RunAsync(Repository.Binary, "--help");
        Assert.Equal(0, help.ExitCode);
        Assert.Contains("--upstream SPEC", help.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(">/dev/full", "dotproxy: cannot write to standard output: No space left on device\n")]
    [InlineData(">&-", "dotproxy: cannot write to standard output: Bad file descriptor\n")]
    [InlineData(">/dev/full 2>&1", "")]
    public async Task Help_that_cannot_be_printed_is_a_failure_in_one_line(string redirection, string output)
    {
        if (!File.Exists("/dev/full")) Assert.Skip("this system has no /dev/full");
        Tool.Result result = await Tool.RunAsync("sh", "-c", $"exec '{Repository.Binary}' --help {redirection}");
        Assert.Equal((1, output), (result.ExitCode, result.Output));
    }
}
