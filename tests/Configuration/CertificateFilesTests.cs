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
    public void A_file_that_is_gone_or_garbled_is_refused_by_its_name()
    {
        string garbled = _files.Write(_files.AuthorityPem.Replace("MII", "AAA", StringComparison.Ordinal)), gone = Path.Combine(_files.Folder, "gone.pem");
        foreach (string file in (string[])[garbled, gone, _files.Folder])
        {
            string message = Assert.Throws<StartException>(() => CertificateFiles.ReadAuthorities("SSL_CERT_FILE", file)).Message;
            Assert.StartsWith($"SSL_CERT_FILE '{file}': ", message, StringComparison.Ordinal);
            Assert.EndsWith("; expected certificates in PEM", message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_pair_is_read_from_two_files_or_one_and_its_chain_with_it()
    {
        string certificate = _files.Write(_files.LeafPem, _files.AuthorityPem), key = _files.Write(_files.LeafKeyPem);
        string both = _files.Write(_files.LeafKeyPem, _files.LeafPem, _files.AuthorityPem);
        foreach ((string certificateFile, string? keyFile) in ((string, string?)[])[(certificate, key), (both, null)])
        {
            using X509Certificate2 leaf = CertificateFiles.ReadPair(certificateFile, keyFile, out X509Certificate2Collection chain);
            Assert.True(leaf.HasPrivateKey);
            Assert.Equal("CN=client", leaf.Subject);
            Assert.Equal("CN=Test CA", Assert.Single(chain).Subject);
        }
    }

    [Fact]
    public void A_key_that_is_another_ones_encrypted_missing_or_no_key_is_refused_with_both_names()
    {
        string certificate = _files.Write(_files.LeafPem);
        string[] keys = [_files.Write(_files.OtherKeyPem), _files.Write(_files.EncryptedKeyPem), _files.Write("no key"), Path.Combine(_files.Folder, "gone.pem")];
        foreach (string key in keys)
        {
            string message = Assert.Throws<StartException>(() => CertificateFiles.ReadPair(certificate, key, out _)).Message;
            Assert.StartsWith($"--client-cert '{certificate}': ", message, StringComparison.Ordinal);
            Assert.EndsWith($"; expected a certificate and, in '{key}', its unencrypted private key, both in PEM", message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_certificate_without_its_key_is_refused()
    {
        string certificate = _files.Write(_files.LeafPem);
        string message = Assert.Throws<StartException>(() => CertificateFiles.ReadPair(certificate, null, out _)).Message;
        Assert.Contains($"in '{certificate}', its unencrypted private key", message, StringComparison.Ordinal);
    }
}
