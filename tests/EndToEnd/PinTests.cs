using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.EndToEnd;

/// <summary>RFC 7858 §4.2: a key that was pinned, beside the certificate's chain and name or in their place.</summary>
public sealed class PinTests : IDisposable
{
    private const string NobodysPin = "sha256/MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=";

    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    // The server's key, among others; and that of its authority, which the checked chain holds (RFC 7469 §2.6).
    [Theory]
    [InlineData("good")]
    [InlineData("ca")]
    public async Task A_key_that_is_pinned_is_asked(string pinned)
    {
        await using var upstream = new FakeUpstream();
        await using ProxyProcess proxy = await StartAsync(upstream, [NobodysPin, await PinOfAsync(pinned)], pinOnly: false);
        byte[] query = Wire.Query(1, "a.test");
        Assert.True(Wire.IsAnswerTo(await DnsClient.AskAsync(proxy.EndPoint, query), query));
        Assert.DoesNotContain("warn", proxy.Process.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_is_not_pinned_gets_no_query_and_its_pin_is_shown()
    {
        await using var upstream = new FakeUpstream();
        await using ProxyProcess proxy = await StartAsync(upstream, [NobodysPin, await PinOfAsync("client")], pinOnly: false);
        await AssertRefusedAsync(upstream, proxy, $"wrong key: the certificate pins {await PinOfAsync("good")}, which is none of the pins given");
    }

    // A pin takes nothing away from the rest of the check.
    [Theory]
    [InlineData("unknownca", "unknown authority")]
    [InlineData("selfsigned", "self-signed")]
    [InlineData("wrongname", "wrong name")]
    [InlineData("expired", "expired on")]
    public async Task A_pinned_key_with_a_bad_certificate_gets_no_query(string certificate, string reason)
    {
        await using var upstream = new FakeUpstream(certificate: certificate);
        await using ProxyProcess proxy = await StartAsync(upstream, [await PinOfAsync(certificate)], pinOnly: false);
        await AssertRefusedAsync(upstream, proxy, reason);
    }

    [Theory]
    [InlineData("unknownca")]
    [InlineData("selfsigned")]
    [InlineData("wrongname")]
    [InlineData("expired")]
    public async Task With_pin_only_the_key_decides_and_the_start_says_so(string certificate)
    {
        await using var upstream = new FakeUpstream(certificate: certificate);
        await using ProxyProcess proxy = await StartAsync(upstream, [NobodysPin, await PinOfAsync(certificate)], pinOnly: true);
        byte[] query = Wire.Query(1, "a.test");
        Assert.True(Wire.IsAnswerTo(await DnsClient.AskAsync(proxy.EndPoint, query), query));
        Assert.Contains(
            " warn  home is known by its pins alone (pin-only): neither the authority nor the dates nor the name of its certificate are checked",
            await proxy.Process.WaitForLineAsync("pin-only"), StringComparison.Ordinal);
    }

    // With pin-only, the authority's key proves nothing: anybody can send its certificate along.
    [Theory]
    [InlineData("unknownca", "client")]
    [InlineData("good", "ca")]
    public async Task With_pin_only_another_key_gets_no_query(string certificate, string pinned)
    {
        await using var upstream = new FakeUpstream(certificate: certificate);
        await using ProxyProcess proxy = await StartAsync(upstream, [await PinOfAsync(pinned)], pinOnly: true);
        await AssertRefusedAsync(upstream, proxy, $"wrong key: the certificate pins {await PinOfAsync(certificate)}, which is none of the pins given");
    }

    [Fact]
    public async Task A_malformed_pin_ends_the_start()
    {
        await File.WriteAllTextAsync(_file, "[[upstream]]\nspec = \"quad9\"\npins = [\"sha256/abc\"]");
        Tool.Result result = await Tool.RunAsync(Repository.Binary, "--config", _file);
        Assert.Equal(
            (2, $"dotproxy: {_file}:3: upstream.pins 'sha256/abc': expected sha256/ and the SHA-256 of a public key in base64, 44 letters that end in =\n"),
            (result.ExitCode, result.Output));
    }

    private async Task<ProxyProcess> StartAsync(FakeUpstream upstream, string[] pins, bool pinOnly)
    {
        await File.WriteAllTextAsync(_file, $"""
            listen = "127.0.0.1:0"
            [[upstream]]
            name = "home"
            spec = "{upstream.Spec}"
            pins = ["{string.Join("\", \"", pins)}"]
            pin-only = {(pinOnly ? "true" : "false")}
            """);
        return await ProxyProcess.WaitAsync(new BackgroundProcess(
            Repository.Binary, ["--config", _file], new Dictionary<string, string> { ["SSL_CERT_FILE"] = TestCertificates.Authority }));
    }

    private static async Task AssertRefusedAsync(FakeUpstream upstream, ProxyProcess proxy, string reason)
    {
        byte[]? reply = await DnsClient.AskAsync(proxy.EndPoint, Wire.Query(7, "secret.test", payloadSize: 1232));
        Assert.NotNull(reply);
        Assert.Equal((2, 22), (Wire.Rcode(reply), Wire.ExtendedErrorCode(reply)));
        Assert.Contains(reason, Wire.ExtendedErrorText(reply), StringComparison.Ordinal);
        Assert.Contains(reason, await proxy.Process.WaitForLineAsync("upstream lost"), StringComparison.Ordinal);
        Assert.Empty(upstream.Queries);
    }

    /// <summary>As an operator finds it: with OpenSSL.</summary>
    internal static async Task<string> PinOfAsync(string certificate)
    {
        Tool.Result pin = await Tool.RunAsync(
            "sh", "-c", $"openssl x509 -in '{TestCertificates.File(certificate + ".pem")}' -noout -pubkey | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | base64");
        return "sha256/" + pin.Output.Trim();
    }
}
