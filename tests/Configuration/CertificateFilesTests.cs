using System.Security.Cryptography.X509Certificates;
using DotProxy.Configuration;

namespace DotProxy.Tests.Configuration;

public sealed class CertificateFilesTests : IDisposable
{
    private readonly PemFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void All_authorities_of_a_bundle_are_read_past_what_is_written_between_them()
    {
        string file = _files.Write("# Test CA", _files.AuthorityPem, "some words", _files.LeafPem);
        Assert.Equal(["CN=Test CA", "CN=client"], CertificateFiles.ReadAuthorities("--ca-file", file).Select(certificate => certificate.Subject));
    }

    [Theory]
    [InlineData("")]
    [InlineData("nothing of interest")]
    public void A_file_without_a_certificate_is_refused_by_its_name(string content)
    {
        string file = _files.Write(content);
        string message = Assert.Throws<StartException>(() => CertificateFiles.ReadAuthorities("--ca-file", file)).Message;
        Assert.Equal($"--ca-file '{file}': there is no certificate in it; a PEM file with BEGIN CERTIFICATE would be right", message);
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_refused_with_the_plain_cause()
    {
        string gone = Path.Combine(_files.Folder, "gone.pem");
        Assert.Equal($"SSL_CERT_FILE '{gone}': no such file; give the path of a PEM file that this user may read", RefusedAuthorities(gone));
        Assert.Equal($"SSL_CERT_FILE '{_files.Folder}': it is a directory; give the path of a PEM file that this user may read", RefusedAuthorities(_files.Folder));
    }

    // No base64; base64 of no certificate; no end; nothing but the first line.
    [Theory]
    [InlineData("-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----")]
    [InlineData("-----BEGIN CERTIFICATE-----\nMIIB")]
    [InlineData("-----BEGIN CERTIFICATE-----")]
    public void A_damaged_certificate_is_refused_by_its_number_wherever_it_is(string damaged)
    {
        foreach ((string number, string[] parts) in ((string, string[])[])[("2 of 2", [_files.AuthorityPem, damaged]), ("1 of 2", [damaged, _files.LeafPem]), ("2 of 3", [_files.LeafPem, damaged, _files.LeafPem])])
        {
            string file = _files.Write(parts);
            Assert.Equal($"SSL_CERT_FILE '{file}': certificate {number} is damaged or cut off; give a file that is whole", RefusedAuthorities(file));
        }
    }

    [Fact]
    public void A_file_that_was_cut_off_anywhere_is_refused()
    {
        for (int length = 0; length < _files.AuthorityPem.Length; length += 7) RefusedAuthorities(_files.Write(_files.AuthorityPem[..length]));
    }

    [Fact]
    public void Files_that_were_joined_without_a_line_break_are_read() =>
        Assert.Equal(2, CertificateFiles.ReadAuthorities("--ca-file", _files.Write(_files.AuthorityPem.Trim() + _files.LeafPem.Trim())).Count);

    [Fact]
    public void What_is_readable_is_read_and_the_rest_named()
    {
        string file = _files.Write("-----BEGIN CERTIFICATE-----", _files.AuthorityPem, "-----BEGIN CERTIFICATE-----", _files.LeafPem);
        Assert.Equal(2, CertificateFiles.ReadWhatIsReadable("bundle", file, out string? damage).Count);
        Assert.Equal("certificates 1, 3 of 4 are damaged or cut off", damage);
        Assert.Single(CertificateFiles.ReadWhatIsReadable("bundle", _files.Write(_files.LeafPem), out string? nothing));
        Assert.Null(nothing);
    }

    [Fact]
    public void A_pair_is_read_from_two_files_or_one_and_its_chain_with_it()
    {
        string certificate = _files.Write(_files.LeafPem, _files.AuthorityPem), key = _files.Write(_files.LeafKeyPem);
        string both = _files.Write(_files.LeafKeyPem, _files.LeafPem, _files.AuthorityPem);
        foreach ((string certificateFile, string? keyFile) in ((string, string?)[])[(certificate, key), (both, null)])
        {
            using X509Certificate2 leaf = ReadPair(certificateFile, keyFile, out X509Certificate2Collection chain);
            Assert.True(leaf.HasPrivateKey);
            Assert.Equal("CN=client", leaf.Subject);
            Assert.Equal("CN=Test CA", Assert.Single(chain).Subject);
        }
    }

    [Fact]
    public void A_key_that_cannot_be_used_is_refused_by_its_file_with_the_plain_cause()
    {
        string certificate = _files.Write(_files.LeafPem), gone = Path.Combine(_files.Folder, "gone.pem");
        string broken = _files.LeafKeyPem.Replace("MIG", "AAA", StringComparison.Ordinal);
        foreach ((string key, string cause) in ((string, string)[])
        [
            (_files.Write(_files.OtherKeyPem), $"the private key is not that of the certificate in '{certificate}'; give the key it was made with"),
            (_files.Write(_files.RsaKeyPem), $"the private key is damaged, cut off, or not that of the certificate in '{certificate}'; give the key it was made with"),
            (_files.Write(broken), $"the private key is damaged, cut off, or not that of the certificate in '{certificate}'; give the key it was made with"),
            (_files.Write("no key"), "it holds no private key; a PEM file with BEGIN PRIVATE KEY would be right"),
            (gone, "no such file; give the path of a PEM file that this user may read"),
            (_files.Folder, "it is a directory; give the path of a PEM file that this user may read"),
        ])
        {
            Assert.Equal($"--client-key '{key}': {cause}", RefusedPair(certificate, key));
        }
        string encrypted = _files.Write(_files.EncryptedKeyPem);
        Assert.Equal($"--client-key '{encrypted}': the private key is encrypted; decrypt it with 'openssl pkey -in {encrypted} -out FILE'", RefusedPair(certificate, encrypted));
    }

    [Fact]
    public void A_certificate_that_cannot_be_used_is_refused_by_its_file()
    {
        string alone = _files.Write(_files.LeafPem), encrypted = _files.Write(_files.LeafPem, _files.EncryptedKeyPem), cut = _files.Write(_files.LeafPem[..100]);
        Assert.Equal($"--client-cert '{alone}': it holds no private key; give --client-key", RefusedPair(alone, null));
        Assert.StartsWith($"--client-cert '{encrypted}': the private key is encrypted; ", RefusedPair(encrypted, null), StringComparison.Ordinal);
        Assert.StartsWith($"--client-cert '{cut}': certificate 1 of 1 is damaged", RefusedPair(cut, null), StringComparison.Ordinal);
    }

    private static string RefusedAuthorities(string file) =>
        Assert.Throws<StartException>(() => CertificateFiles.ReadAuthorities("SSL_CERT_FILE", file)).Message;

    private static string RefusedPair(string certificate, string? key) =>
        Assert.Throws<StartException>(() => ReadPair(certificate, key, out _)).Message;

    private static X509Certificate2 ReadPair(string certificate, string? key, out X509Certificate2Collection chain) =>
        CertificateFiles.ReadPair(new GivenFile(certificate, "--client-cert"), key is null ? null : new GivenFile(key, "--client-key"), out chain);
}
