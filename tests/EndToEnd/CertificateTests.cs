using System.Text;
using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.EndToEnd;

/// <summary>RFC 8310 §8.1: an upstream that does not prove its name gets no query, and the client is told why.</summary>
public sealed class CertificateTests
{
    [Theory]
    [InlineData("wrongname", "wrong name")]
    [InlineData("cnonly", "wrong name")]
    [InlineData("expired", "expired on")]
    [InlineData("notyet", "not valid before")]
    [InlineData("unknownca", "unknown authority")]
    [InlineData("selfsigned", "self-signed")]
    public async Task A_bad_certificate_gets_no_query(string certificate, string reason)
    {
        await using var upstream = new FakeUpstream(certificate: certificate);
        await using ProxyProcess proxy = await ProxyProcess.StartAsync(upstream.Spec);

        byte[]? reply = await DnsClient.AskAsync(proxy.EndPoint, Wire.Query(7, "secret.test", payloadSize: 1232));

        Assert.NotNull(reply);
        Assert.Equal(2, Wire.Rcode(reply));
        Assert.Contains(reason, Wire.ExtendedErrorText(reply), StringComparison.Ordinal);
        Assert.Equal(22, Wire.ExtendedErrorCode(reply));
        Assert.Empty(upstream.Queries);
        Assert.DoesNotContain("secret", upstream.Wiretap.ReadAsLatin1(), StringComparison.Ordinal);
        string line = await proxy.Process.WaitForLineAsync("upstream lost");
        Assert.Contains(reason, line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_edns_the_error_is_bare()
    {
        await using var upstream = new FakeUpstream(certificate: "expired");
        await using ProxyProcess proxy = await ProxyProcess.StartAsync(upstream.Spec);

        byte[]? reply = await DnsClient.AskAsync(proxy.EndPoint, Wire.Query(7, "a.test"));

        Assert.NotNull(reply);
        Assert.Equal(2, Wire.Rcode(reply));
        Assert.Equal(12 + Wire.Question(reply).Length, reply.Length);
    }

    [Fact]
    public async Task A_good_certificate_gets_the_query_and_never_in_clear()
    {
        await using var upstream = new FakeUpstream();
        await using ProxyProcess proxy = await ProxyProcess.StartAsync(upstream.Spec);
        byte[] query = Wire.Query(7, "secret.test");

        byte[]? reply = await DnsClient.AskAsync(proxy.EndPoint, query);

        Assert.True(Wire.IsAnswerTo(reply, query));
        byte[] asked = Assert.Single(upstream.Queries);
        Assert.Equal("secret.test.", Wire.NameOf(asked));
        Assert.DoesNotContain("secret", upstream.Wiretap.ReadAsLatin1(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_host_name_the_address_must_be_in_the_certificate()
    {
        await using var good = new FakeUpstream();
        await using ProxyProcess proxy = await ProxyProcess.StartAsync($"tls://{good.EndPoint}");
        byte[] query = Wire.Query(7, "a.test");
        Assert.True(Wire.IsAnswerTo(await DnsClient.AskAsync(proxy.EndPoint, query), query));

        await using var bad = new FakeUpstream(certificate: "wrongname");
        await using ProxyProcess refused = await ProxyProcess.StartAsync($"tls://{bad.EndPoint}");
        byte[]? reply = await DnsClient.AskAsync(refused.EndPoint, query);
        Assert.Equal(2, Wire.Rcode(reply));
        Assert.Empty(bad.Queries);
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 2)]
    public async Task A_directory_of_authorities_is_all_that_is_trusted(bool holdsTheAuthority, int rcode)
    {
        await using var upstream = new FakeUpstream();
        DirectoryInfo directory = Directory.CreateTempSubdirectory("dotproxy-authorities-");
        Tool.Result hash = await Tool.RunAsync("openssl", "x509", "-noout", "-hash", "-in", TestCertificates.Authority);
        if (holdsTheAuthority) File.Copy(TestCertificates.Authority, Path.Combine(directory.FullName, hash.Output.Trim() + ".0"));
        await using ProxyProcess proxy = await ProxyProcess.WaitAsync(new BackgroundProcess(
            Repository.Binary, ["--listen", "127.0.0.1:0", "--upstream", upstream.Spec],
            new Dictionary<string, string> { ["SSL_CERT_FILE"] = "", ["SSL_CERT_DIR"] = directory.FullName }));

        byte[]? reply = await DnsClient.AskAsync(proxy.EndPoint, Wire.Query(1, "a.test"));

        Assert.Equal(rcode, Wire.Rcode(reply));
        directory.Delete(recursive: true);
    }

    [Fact]
    public async Task A_server_that_speaks_no_tls_gets_no_query()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        await using ProxyProcess proxy = await ProxyProcess.StartAsync($"tls://{listener.LocalEndpoint}#dot.test");
        using System.Net.Sockets.Socket server = await listener.AcceptSocketAsync();
        await server.SendAsync("220 mail.test ESMTP\r\n"u8.ToArray());

        byte[]? reply = await DnsClient.AskAsync(proxy.EndPoint, Wire.Query(7, "secret.test", payloadSize: 1232));

        Assert.Equal(2, Wire.Rcode(reply));
        byte[] received = new byte[4096];
        int length = await server.ReceiveAsync(received);
        Assert.DoesNotContain("secret", Encoding.Latin1.GetString(received, 0, length), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_certificate_is_presented_to_an_upstream_that_asks_for_one()
    {
        await using BackgroundProcess server = StartOpenSsl("-Verify", "1", "-CAfile", TestCertificates.Authority, "-verify_return_error");
        int port = await PortOfAsync(server);
        await using ProxyProcess proxy = await ProxyProcess.StartAsync(
            $"tls://127.0.0.1:{port}#dot.test", "--client-cert", TestCertificates.File("client.pem"), "--client-key", TestCertificates.File("client.key"));

        await server.WaitForLineAsync("Client certificate");
        string subject = await server.WaitForLineAsync("subject=CN");
        Assert.Contains("dotproxy", subject, StringComparison.Ordinal);
        await proxy.Process.WaitForLineAsync("connected to");
    }

    [Fact]
    public async Task A_session_is_resumed_and_alpn_is_dot()
    {
        await using BackgroundProcess server = StartOpenSsl("-alpn", "dot");
        int port = await PortOfAsync(server);
        await using ProxyProcess proxy = await ProxyProcess.StartAsync($"tls://127.0.0.1:{port}#dot.test");
        await server.WaitForLineAsync("ALPN protocols selected: dot");

        // "q" ends the connection and accepts the next: the proxy dials again when it has a query.
        await proxy.Process.WaitForLineAsync("connected to");
        await server.Input.WriteLineAsync("q");
        await server.Input.FlushAsync();
        await server.WaitForLineAsync("DONE");
        _ = DnsClient.AskAsync(proxy.EndPoint, Wire.Query(7, "a.test"), TimeSpan.FromSeconds(1));

        await server.WaitForLineAsync("Reused session-id");
    }

    /// <summary>OpenSSL's own test server: it shows what a handshake was like, and speaks no DNS.</summary>
    private static BackgroundProcess StartOpenSsl(params string[] more) => new(
        "openssl",
        ["s_server", "-accept", "127.0.0.1:0", "-cert", TestCertificates.File("good.pem"), "-key", TestCertificates.File("good.key"), .. more]);

    private static async Task<int> PortOfAsync(BackgroundProcess server)
    {
        string line = await server.WaitForLineAsync("ACCEPT 127.0.0.1:");
        return int.Parse(line.Split(':')[1], null);
    }
}
