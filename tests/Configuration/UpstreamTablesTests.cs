using DotProxy.Configuration;

namespace DotProxy.Tests.Configuration;

public sealed class UpstreamTablesTests : IDisposable
{
    private readonly PemFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void An_upstream_in_a_table_has_a_name_and_files_of_its_own()
    {
        string authority = _files.Write(_files.AuthorityPem), leaf = _files.Write(_files.LeafPem), key = _files.Write(_files.LeafKeyPem);
        string file = Write($"""
            policy = "spread"
            [[upstream]]
            spec = "tls://192.0.2.1#dns.example"
            name = "home"
            pins = ["sha256/x9SZw6TwIqfmvrLZ/kz1o0Ossjmn728BnBKpUFqGNVM="]
            pin-only = true
            ca-file = "{Path.GetFileName(authority)}"
            client-cert = "{leaf}"
            client-key = '{key}'
            [[upstream]]
            spec = "quad9"
            """);
        IReadOnlyList<UpstreamSpec> upstreams = Parse(file).Upstreams;
        Assert.Equal(["home", "quad9"], upstreams.Select(upstream => upstream.Name));
        Assert.Equal("home (192.0.2.1:853) over TLS as dns.example", upstreams[0].ToString());
        Assert.Equal(new GivenFile(authority, $"{file}:7: upstream.ca-file"), upstreams[0].Tls.CaFile);
        Assert.Equal(new GivenFile(leaf, $"{file}:8: upstream.client-cert"), upstreams[0].Tls.ClientCertificate);
        Assert.Equal(new GivenFile(key, $"{file}:9: upstream.client-key"), upstreams[0].Tls.ClientKey);
        Assert.Equal("sha256/x9SZw6TwIqfmvrLZ/kz1o0Ossjmn728BnBKpUFqGNVM=", Assert.Single(upstreams[0].Tls.Pins));
        Assert.True(upstreams[0].Tls.IsPinOnly);
        Assert.Same(UpstreamTls.Common, upstreams[1].Tls);
    }

    [Fact]
    public void A_flag_or_a_variable_takes_the_place_of_all_tables()
    {
        string file = Write("[[upstream]]\nspec = \"google\"\n[[upstream]]\nspec = \"nonsense\"");
        Assert.Equal("quad9", Assert.Single(CommandLine.Parse(["--config", file, "--upstream", "quad9"], _ => null, out _)!.Upstreams).Name);
        Assert.Equal("quad9", Assert.Single(CommandLine.Parse(["--config", file], name => name == "DOTPROXY_UPSTREAM" ? "quad9" : null, out _)!.Upstreams).Name);
    }

    [Theory]
    [InlineData("[[upstream]]", 1, "[[upstream]]: spec is missing; spec = \"tls://9.9.9.9#dns.quad9.net\" would be right")]
    [InlineData("[[upstream]]\nspec = \"cloudfare\"", 2, "upstream.spec 'cloudfare': expected tls://ADDRESS")]
    [InlineData("[[upstream]]\nspec = [\"quad9\"]", 2, "upstream.spec: there is an array; one value would be right")]
    [InlineData("[[upstream]]\nspec = \"quad9\"\npin = \"x\"", 3, "upstream.pin is unknown (did you mean pins?)")]
    [InlineData("[[upstream]]\nspec = \"quad9\"\npins = [\n\"sha256/short\"]", 4, "upstream.pins 'sha256/short': expected sha256/ and the SHA-256 of a public key in base64, 44 letters that end in =")]
    [InlineData("[[upstream]]\nspec = \"quad9\"\npins = []", 3, "upstream.pins: the array is empty; leave the key out")]
    [InlineData("[[upstream]]\nspec = \"quad9\"\npin-only = true", 3, "upstream.pin-only 'true': there are no pins to go by; give some, or leave it out")]
    [InlineData("[[upstream]]\nspec = \"quad9\"\npin-only = \"yes\"", 3, "upstream.pin-only 'yes': expected true or false")]
    [InlineData("[[upstream]]\nspec = \"quad9\"\nca_file = \"x\"", 3, "upstream.ca_file is unknown (did you mean ca-file?); it may have spec, name, ")]
    [InlineData("[[upstream]]\nspec = \"quad9\"\nca-file = \"/nonexistent\"", 3, "upstream.ca-file '/nonexistent': no such file; give the path of a PEM file")]
    [InlineData("[[upstream]]\nspec = \"quad9\"\nclient-key = \"/dev/null\"", 3, "upstream.client-key '/dev/null': there is no certificate for it; give client-cert too")]
    [InlineData("[[upstream]]\nspec = \"quad9\"\nname = \"\"", 3, "upstream.name '': expected letters, digits, '.', '-' or '_', 63 at most")]
    [InlineData("[[upstream]]\nspec = \"quad9\"\nname = \"a b\"", 3, "upstream.name 'a b': expected letters")]
    [InlineData("[[upstream]]\nspec = \"quad9\"\nname = \"a\"\n[[upstream]]\nspec = \"google\"\nname = \"a\"", 6, "upstream.name 'a': another upstream has it")]
    [InlineData("[[upstream]]\nspec = \"quad9\"\n[[upstream]]\nspec = \"tls://9.9.9.9#dns.quad9.net\"", 4, "upstream.spec 'dns.quad9.net': 9.9.9.9:853 is there twice")]
    [InlineData("listen = \"127.0.0.1:853\"\n[[upstream]]\nspec = \"tls://127.0.0.1#a.example\"", 3, "upstream.spec '127.0.0.1:853': it is ")]
    [InlineData("[upstream]\nspec = \"quad9\"", 1, "[upstream]: there may be several; [[upstream]] would be right")]
    [InlineData("[[upstraem]]\nspec = \"quad9\"", 1, "[[upstraem]] is unknown (did you mean upstream?); there may be [[upstream]]")]
    [InlineData("upstream = \"quad9\"\n[[upstream]]\nspec = \"google\"", 2, "upstream is there already, on line 1, as a key; one of the two would be right")]
    public void A_fault_is_one_line_with_file_line_key_and_what_would_be_right(string text, int line, string fault)
    {
        string file = Write(text), message = Assert.Throws<StartException>(() => Parse(file)).Message;
        Assert.StartsWith($"{file}:{line}: {fault}", message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_than_sixteen_are_refused() =>
        Assert.Contains(
            "is given 17 times; 16 are the most",
            Assert.Throws<StartException>(() => Parse(Write(string.Concat(Enumerable.Range(1, 17).Select(i => $"[[upstream]]\nspec = \"tls://192.0.2.{i}\"\n"))))).Message,
            StringComparison.Ordinal);

    private string Write(string text)
    {
        string file = Path.Combine(_files.Folder, Path.GetRandomFileName() + ".toml");
        File.WriteAllText(file, text);
        return file;
    }

    private static ProxyOptions Parse(string file) => CommandLine.Parse(["--config", file], _ => null, out _)!;
}
