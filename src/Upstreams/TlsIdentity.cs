using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using DotProxy.Configuration;

namespace DotProxy.Upstreams;

/// <summary>What a connection to an upstream is made with: whom we trust, and who we are to those that ask.</summary>
/// <param name="Client">The certificate to present; null for none.</param>
internal sealed record TlsIdentity(TrustStore Trust, SslStreamCertificateContext? Client)
{
    /// <exception cref="StartException">A file is missing or wrong, or there is no authority to trust anywhere.</exception>
    public static TlsIdentity Load(ProxyOptions options, Func<string, string?> environment)
    {
        SslStreamCertificateContext? client = null;
        if (options.ClientCertificate is { } file)
        {
            X509Certificate2 leaf = CertificateFiles.ReadPair(file, options.ClientKey, out X509Certificate2Collection chain);
            client = SslStreamCertificateContext.Create(leaf, chain, offline: true);
        }
        return new TlsIdentity(TrustStore.Find(options.CaFile, environment), client);
    }
}
