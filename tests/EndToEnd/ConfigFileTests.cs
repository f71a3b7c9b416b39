using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.EndToEnd;

/// <summary>What only a file can say, on the native binary.</summary>
public sealed class ConfigFileTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("dotproxy-config-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task An_upstream_with_authorities_of_its_own_is_trusted_by_them_and_called_by_its_name()
    {
        await using var good = new FakeUpstream();
        await using var other = new FakeUpstream(certificate: "unknownca");
        string certificates = Path.GetDirectoryName(TestCertificates.Authority)!;
        await using ProxyProcess proxy = await StartAsync($"""
            listen = "127.0.0.1:0"
            [[upstream]]
            name = "home"
            spec = "{other.Spec}"
            ca-file = "{certificates}/otherca.pem"
            [[upstream]]
            spec = "{good.Spec}"
            """, "SSL_CERT_FILE", TestCertificates.Authority);

        await proxy.Process.WaitForLineAsync("connected to home at");
        await proxy.Process.WaitForLineAsync("connected to dot.test at");
        byte[] query = Wire.Query(1, "a.test");
        Assert.True(Wire.IsAnswerTo(await DnsClient.AskAsync(proxy.EndPoint, query), query));
        Assert.Single(other.Queries);
        string start = await proxy.Process.WaitForLineAsync("asks ");
        Assert.Contains($"; for home, the certificate authority in {certificates}/otherca.pem (", start, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_common_authorities_are_not_trusted_by_an_upstream_that_has_its_own()
    {
        await using var upstream = new FakeUpstream();
        await using ProxyProcess proxy = await StartAsync($"""
            listen = "127.0.0.1:0"
            ca-file = "{TestCertificates.Authority}"
            [[upstream]]
            spec = "{upstream.Spec}"
            ca-file = "{TestCertificates.File("otherca.pem")}"
            """);
        Assert.Contains("unknown authority", await proxy.Process.WaitForLineAsync("upstream lost"), StringComparison.Ordinal);
        Assert.Equal(2, Wire.Rcode(await DnsClient.AskAsync(proxy.EndPoint, Wire.Query(1, "a.test"))));
        Assert.Empty(upstream.Queries);
    }

    [Fact]
    public async Task A_client_certificate_of_one_upstream_is_presented_to_it()
    {
        await using var server = new BackgroundProcess("openssl",
        [
            "s_server", "-accept", "127.0.0.1:0", "-cert", TestCertificates.File("good.pem"), "-key", TestCertificates.File("good.key"),
            "-Verify", "1", "-CAfile", TestCertificates.Authority, "-verify_return_error",
        ]);
        string port = (await server.WaitForLineAsync("ACCEPT 127.0.0.1:")).Split(':')[1];
        await using ProxyProcess proxy = await StartAsync($"""
            listen = "127.0.0.1:0"
            [[upstream]]
            spec = "tls://127.0.0.1:{port}#dot.test"
            ca-file = "{TestCertificates.Authority}"
            client-cert = "{TestCertificates.File("client.pem")}"
            client-key = "{TestCertificates.File("client.key")}"
            """);
        Assert.Contains("dotproxy", await server.WaitForLineAsync("subject=CN"), StringComparison.Ordinal);
        await proxy.Process.WaitForLineAsync("connected to");
    }

    // Whom to trust, which key to find, and who we are: as over TLS.
    [Fact]
    public async Task An_upstream_over_https_has_authorities_pins_and_a_client_certificate_of_its_own()
    {
        await using var upstream = new FakeDohServer(wantsClientCertificate: true);
        await using ProxyProcess proxy = await StartAsync(TableOf(upstream, await PinTests.PinOfAsync("good")));
        byte[] query = Wire.Query(1, "a.test");
        Assert.True(Wire.IsAnswerTo(await DnsClient.AskAsync(proxy.EndPoint, query), query));

        await using ProxyProcess stranger = await StartAsync(TableOf(upstream, await PinTests.PinOfAsync("client")));
        Assert.Contains("wrong key", await stranger.Process.WaitForLineAsync("upstream lost"), StringComparison.Ordinal);
        Assert.Equal(2, Wire.Rcode(await DnsClient.AskAsync(stranger.EndPoint, query)));
        Assert.Single(upstream.Queries);

        static string TableOf(FakeDohServer upstream, string pin) => $"""
            listen = "127.0.0.1:0"
            [[upstream]]
            spec = "{upstream.Spec}"
            pins = ["{pin}"]
            ca-file = "{TestCertificates.Authority}"
            client-cert = "{TestCertificates.File("client.pem")}"
            client-key = "{TestCertificates.File("client.key")}"
            """;
    }

    [Theory]
    [InlineData("listen = \"127.0.0.1:0\"\nqueue = 3", "2: queue '3': expected a whole number from 16 to 1048576")]
    [InlineData("[[upstream]]\nspec = \"quad9\"\nca-file = \"dotproxy.toml\"", "3: upstream.ca-file '", "dotproxy.toml': there is no certificate in it; ")]
    [InlineData("[[upstream]]\nspec = \"quad9\"\nclient-cert = \"dotproxy.toml\"", "3: upstream.client-cert '", "there is no certificate in it; ")]
    [InlineData("listen = \"192.0.2.1:0\"", "1: listen '192.0.2.1:0': this machine has no such address")]
    public async Task A_fault_ends_the_start_with_one_line(string text, params string[] parts)
    {
        string file = Write(text);
        Tool.Result result = await Tool.RunAsync(Repository.Binary, "--config", file);
        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith($"dotproxy: {file}:{parts[0]}", Assert.Single(result.Output.Trim().Split('\n')), StringComparison.Ordinal);
        Assert.All(parts, part => Assert.Contains(part, result.Output, StringComparison.Ordinal));
    }

    private string Write(string text)
    {
        string file = Path.Combine(_directory.FullName, "dotproxy.toml");
        File.WriteAllText(file, text);
        return file;
    }

    private Task<ProxyProcess> StartAsync(string text, string variable = "DOTPROXY_LOG_FORMAT", string value = "text") =>
        ProxyProcess.WaitAsync(new BackgroundProcess(Repository.Binary, ["--config", Write(text)], new Dictionary<string, string> { [variable] = value }));
}
