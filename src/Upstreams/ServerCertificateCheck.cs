using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace DotProxy.Upstreams;

/// <summary>
/// Decides whether an upstream's certificate is good: a chain to a trusted root for server authentication, in its time, with the
/// name in its subject alternative names (RFC 8310 §8.1). A common name alone never counts. There is no way to skip it.
/// </summary>
internal sealed class ServerCertificateCheck(string hostName, TimeProvider time)
{
    /// <summary>Why the latest certificate was refused; null when it was good. An upstream dials one connection at a time.</summary>
    public string? Refusal { get; private set; }

    /// <summary>Before each handshake: one that ends earlier says nothing about a certificate.</summary>
    public void Reset() => Refusal = null;

    /// <summary>The <see cref="RemoteCertificateValidationCallback"/>.</summary>
    public bool Validate(object _, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        Refusal = certificate is X509Certificate2 server ? Refuse(server, chain, errors) : "the server presented no certificate";
        return Refusal is null;
    }

    private string? Refuse(X509Certificate2 certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if ((errors & SslPolicyErrors.RemoteCertificateChainErrors) != 0) return DescribeChain(certificate, chain);
        // .NET falls back on the common name where there are no alternative names; RFC 8310 does not.
        bool named = certificate.MatchesHostname(hostName, allowWildcards: true, allowCommonName: false);
        if (!named || (errors & SslPolicyErrors.RemoteCertificateNameMismatch) != 0)
            return $"wrong name: {Names(certificate)}, not {hostName}";
        return errors == SslPolicyErrors.None ? null : $"certificate refused: {errors}";
    }

    private string DescribeChain(X509Certificate2 certificate, X509Chain? chain)
    {
        X509ChainStatusFlags status = chain?.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, next) => all | next.Status) ?? default;
        DateTime now = time.GetUtcNow().UtcDateTime;
        if ((status & X509ChainStatusFlags.NotTimeValid) != 0)
        {
            if (certificate.NotAfter.ToUniversalTime() < now) return $"certificate expired on {Day(certificate.NotAfter)}";
            if (certificate.NotBefore.ToUniversalTime() > now)
                return $"certificate not valid before {Day(certificate.NotBefore)} (is this machine's clock right? it says {Day(now)})";
            return "a certificate in the chain is outside its time";
        }
        if ((status & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain)) != 0)
        {
            return certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData)
                ? "self-signed certificate"
                : $"certificate from an unknown authority ({certificate.Issuer})";
        }
        return $"certificate refused: {status}";
    }

    private static string Day(DateTime moment) => moment.ToUniversalTime().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    private static string Names(X509Certificate2 certificate)
    {
        string[] names = [.. certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(extension => extension.EnumerateDnsNames().Concat(extension.EnumerateIPAddresses().Select(address => address.ToString())))];
        return names.Length == 0
            ? "the certificate has no subject alternative name (its common name does not count)"
            : "the certificate is for " + string.Join(", ", names.Take(4)) + (names.Length > 4 ? ", …" : "");
    }
}
