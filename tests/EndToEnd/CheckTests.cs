using System.Net;
using System.Net.Sockets;
using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.EndToEnd;

/// <summary><c>dotproxy check</c> on the native binary: as a start, without one.</summary>
public sealed class CheckTests
{
    [Fact]
    public async Task It_binds_nothing_dials_nothing_and_shows_what_holds()
    {
        // Both ports are taken: who binds the one fails, and who dials the other is seen.
        using var taker = new TcpListener(IPAddress.Loopback, 0);
        using var upstream = new TcpListener(IPAddress.Loopback, 0);
        taker.Start();
        upstream.Start();
        Tool.Result result = await Tool.RunAsync(
            Repository.Binary, "check", "--listen", taker.LocalEndpoint.ToString()!, "--upstream", $"tls://{upstream.LocalEndpoint}#dot.test", "--ca-file", TestCertificates.Authority,
            "--client-cert", TestCertificates.File("client.pem"), "--client-key", TestCertificates.File("client.key"));
        Assert.Equal(0, result.ExitCode);
        Assert.StartsWith("# dotproxy ", result.Output, StringComparison.Ordinal);
        Assert.Contains($"listen = [\"{taker.LocalEndpoint}\"]  # --listen\n", result.Output, StringComparison.Ordinal);
        Assert.Contains($"client-key = \"{TestCertificates.File("client.key")}\"  # --client-key\n", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("warning", result.Output, StringComparison.Ordinal);
        Assert.False(upstream.Pending());
    }

    [Fact]
    public async Task A_key_that_is_not_the_certificates_ends_it_as_it_would_a_start()
    {
        Tool.Result result = await Tool.RunAsync(
            Repository.Binary, "check", "--client-cert", TestCertificates.File("client.pem"), "--client-key", TestCertificates.File("good.key"), "--ca-file", TestCertificates.Authority);
        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith($"dotproxy: --client-key '{TestCertificates.File("good.key")}': the private key is not that of the certificate", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/nonexistent/socket", "no such directory")]
    [InlineData("/tmp", "it is a directory")]
    [InlineData("/dev/null", "there is a file that is no socket")]
    public async Task A_control_path_that_cannot_be_had_ends_it_as_it_would_a_start(string path, string cause)
    {
        foreach (string[] words in (string[][])[["check"], ["--listen", "127.0.0.1:0"]])
        {
            Tool.Result result = await Tool.RunAsync(Repository.Binary, [.. words, "--ca-file", TestCertificates.Authority, "--control", path]);
            Assert.Equal(2, result.ExitCode);
            Assert.StartsWith($"dotproxy: --control '{path}': {cause}; ", result.Output, StringComparison.Ordinal);
        }
    }

    // Whoever checks a file may have a proxy running by it.
    [Fact]
    public async Task A_control_socket_that_is_in_use_is_left_alone()
    {
        DirectoryInfo directory = Directory.CreateTempSubdirectory("dotproxy-check-");
        using var running = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        string path = Path.Combine(directory.FullName, "control");
        running.Bind(new UnixDomainSocketEndPoint(path));
        running.Listen();
        Tool.Result result = await Tool.RunAsync(Repository.Binary, "check", "--ca-file", TestCertificates.Authority, "--control", path);
        Assert.True(result.ExitCode == 0, result.Output);
        Assert.True(File.Exists(path));
        directory.Delete(recursive: true);
    }

    [Fact]
    public async Task Lines_of_a_hosts_file_that_a_start_would_leave_out_are_shown()
    {
        string hosts = Path.GetTempFileName();
        await File.WriteAllTextAsync(hosts, "10.0.0.1 a\n" + string.Concat(Enumerable.Repeat("nonsense\n", 12)), TestContext.Current.CancellationToken);
        Tool.Result result = await Tool.RunAsync(Repository.Binary, "check", "--ca-file", TestCertificates.Authority, "--hosts", hosts);
        File.Delete(hosts);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains($"# warning: {hosts}:2: 'nonsense' is no IP address; the line is left out\n", result.Output, StringComparison.Ordinal);
        Assert.Contains($"# warning: 2 more lines of {hosts} are left out; is it a hosts file?\n", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_start_would_warn_of_is_shown()
    {
        await using var process = new BackgroundProcess(
            Repository.Binary, ["check", "--ca-file", TestCertificates.Authority, "--client-cert", TestCertificates.File("expired.pem"), "--client-key", TestCertificates.File("expired.key")],
            new Dictionary<string, string> { ["DOTPROXY_LISTENS"] = "127.0.0.1" });
        Assert.Equal(0, await process.WaitForExitAsync());
        Assert.Contains("# warning: DOTPROXY_LISTENS is no option of dotproxy and has no effect (did you mean DOTPROXY_LISTEN?)", process.Output, StringComparison.Ordinal);
        Assert.Contains($"# warning: the certificate in {TestCertificates.File("expired.pem")} (--client-cert) expired on ", process.Output, StringComparison.Ordinal);
    }
}
