using DotProxy.Configuration;
using DotProxy.Tests.Configuration;
using DotProxy.Upstreams;

namespace DotProxy.Tests.Upstreams;

public sealed class TrustStoreTests : IDisposable
{
    private readonly PemFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void The_given_file_comes_before_the_variables_and_the_file_before_the_directory()
    {
        string one = _files.Write(_files.AuthorityPem), two = _files.Write(_files.AuthorityPem, _files.LeafPem);
        var variables = new Dictionary<string, string> { ["SSL_CERT_FILE"] = two, ["SSL_CERT_DIR"] = _files.Folder };

        TrustStore given = TrustStore.Find(new GivenFile(one, "--ca-file"), variables.GetValueOrDefault);
        Assert.Equal($"the certificate authority in {one} (--ca-file)", given.Description);
        Assert.Single(given.Roots!);

        TrustStore file = TrustStore.Find(null, variables.GetValueOrDefault);
        Assert.Equal($"the 2 certificate authorities in {two} (SSL_CERT_FILE)", file.Description);
        Assert.Equal(2, file.Roots!.Count);

        variables.Remove("SSL_CERT_FILE");
        TrustStore directory = TrustStore.Find(null, variables.GetValueOrDefault);
        Assert.Equal($"the certificate authorities under {_files.Folder} (SSL_CERT_DIR)", directory.Description);
        Assert.Null(directory.Roots);
    }

    [Fact]
    public void Whoever_names_a_file_that_is_wrong_is_told_by_which_name_and_nothing_else_is_trusted_instead()
    {
        string empty = _files.Write("nothing"), missing = Path.Combine(_files.Folder, "gone");
        Assert.StartsWith($"--ca-file '{empty}': ", Refusal(empty, []), StringComparison.Ordinal);
        Assert.StartsWith($"SSL_CERT_FILE '{missing}': ", Refusal(null, new() { ["SSL_CERT_FILE"] = missing }), StringComparison.Ordinal);
        Assert.Equal(
            $"SSL_CERT_DIR '{missing}': no such directory; give one with hashed certificates, or unset it",
            Refusal(null, new() { ["SSL_CERT_DIR"] = missing }));
        Assert.StartsWith($"SSL_CERT_DIR '{empty}': it is a file, not a directory", Refusal(null, new() { ["SSL_CERT_DIR"] = empty }), StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_entry_of_the_systems_bundle_is_left_out_and_named_and_ends_the_start_elsewhere()
    {
        string bundle = _files.Write(_files.AuthorityPem, _files.LeafPem[..100], _files.LeafPem);
        TrustStore found = TrustStore.FromBundle(["/nonexistent/bundle", bundle]);
        Assert.Equal(2, found.Roots!.Count);
        Assert.Equal($"the 2 certificate authorities in {bundle} (the system's)", found.Description);
        Assert.Equal($"in {bundle}, certificate 2 of 3 is damaged or cut off", found.Damage);
        Assert.Contains("certificate 2 of 3 is damaged", Refusal(bundle, []), StringComparison.Ordinal);
        Assert.Contains("certificate 2 of 3 is damaged", Refusal(null, new() { ["SSL_CERT_FILE"] = bundle }), StringComparison.Ordinal);

        string hopeless = _files.Write(_files.LeafPem[..100]);
        Assert.Contains("certificate 1 of 1 is damaged", Assert.Throws<StartException>(() => TrustStore.FromBundle([hopeless])).Message, StringComparison.Ordinal);
    }

    // Which of the two it is depends on the machine; each is held to its promise.
    [Fact]
    public void Without_anything_the_systems_bundle_is_named_or_its_absence_with_the_remedies()
    {
        try
        {
            TrustStore found = TrustStore.Find(null, _ => "");
            Assert.True(File.Exists(found.Description.Split(" in ")[1].Split(" (the system's)")[0]), found.Description);
            Assert.NotEmpty(found.Roots!);
        }
        catch (StartException none)
        {
            foreach (string remedy in (string[])["install ca-certificates", "--ca-file", "SSL_CERT_FILE", "SSL_CERT_DIR", "/etc/ssl/certs/ca-certificates.crt", AppContext.BaseDirectory])
                Assert.Contains(remedy, none.Message, StringComparison.Ordinal);
        }
    }

    private static string Refusal(string? caFile, Dictionary<string, string> variables) =>
        Assert.Throws<StartException>(() => TrustStore.Find(caFile is null ? null : new GivenFile(caFile, "--ca-file"), variables.GetValueOrDefault)).Message;
}
