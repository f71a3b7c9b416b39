using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DotProxy.Tests.Configuration;

/// <summary>Certificates and keys in files of a directory of their own, which goes with it.</summary>
internal sealed class PemFiles : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("dotproxy-test-");

    public PemFiles()
    {
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Test CA", authorityKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using X509Certificate2 authority = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(130));
        AuthorityPem = authority.ExportCertificatePem();

        using var leafKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var leafRequest = new CertificateRequest("CN=client", leafKey, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        leafRequest.CertificateExtensions.Add(names.Build());
        using X509Certificate2 leaf = leafRequest.Create(authority, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(120), [1, 2, 3]);
        LeafPem = leaf.ExportCertificatePem();
        LeafKeyPem = leafKey.ExportPkcs8PrivateKeyPem();
        EncryptedKeyPem = leafKey.ExportEncryptedPkcs8PrivateKeyPem("secret", new PbeParameters(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1000));
        using var otherKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        OtherKeyPem = otherKey.ExportPkcs8PrivateKeyPem();
        using var rsaKey = RSA.Create(2048);
        RsaKeyPem = rsaKey.ExportPkcs8PrivateKeyPem();
    }

    public string AuthorityPem { get; }

    public string LeafPem { get; }

    public string LeafKeyPem { get; }

    public string EncryptedKeyPem { get; }

    public string OtherKeyPem { get; }

    public string RsaKeyPem { get; }

    public string Folder => _directory.FullName;

    public string Write(params string[] contents)
    {
        string path = Path.Combine(_directory.FullName, Path.GetRandomFileName() + ".pem");
        File.WriteAllText(path, string.Join('\n', contents));
        return path;
    }

    public void Dispose() => _directory.Delete(recursive: true);
}
