using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using DotProxy.Configuration;

namespace DotProxy.Upstreams;

/// <summary>
/// Decides whether an upstream's certificate is good: a chain to a trusted root for server authentication, in its time, with the
/// name in its subject alternative names (RFC 8310 §8.1). A common name alone never counts. Where there are pins, a key of that chain
/// must be one of them besides (RFC 7469 §2.6), or instead, if the configuration says so (RFC 7858 §4.2). There is no way to skip it. One for
/// each handshake.
/// </summary>
internal sealed class ServerCertificateCheck(UpstreamSpec upstream, CertificateClock clock)
{
    /// <summary>Why the certificate was refused; null when it was good, and where the handshake ended before there was one.</summary>
    public string? Refusal { get; private set; }

    /// <summary>The <see cref="RemoteCertificateValidationCallback"/>.</summary>
    public bool Validate(object _, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        Refusal = certificate is X509Certificate2 server ? Refuse(server, chain, errors) : "the server presented no certificate";
        return Refusal is null;
    }

    /// <summary>As messages have it, in universal time.</summary>
    public static string Day(DateTime moment) => moment.ToUniversalTime().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    private string? Refuse(X509Certificate2 certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        // What a server sends above its own certificate proves nothing where the chain is not judged: anybody can send it.
        if (upstream.Tls.IsPinOnly) return IsPinned(certificate) ? null : WrongKey(certificate);
        if ((errors & SslPolicyErrors.RemoteCertificateChainErrors) != 0) return DescribeChain(certificate, chain);
        // .NET falls back on the common name where there are no alternative names; RFC 8310 does not.
        bool named = certificate.MatchesHostname(upstream.HostName, allowWildcards: true, allowCommonName: false);
        if (!named || (errors & SslPolicyErrors.RemoteCertificateNameMismatch) != 0)
            return $"wrong name: {Names(certificate)}, not {upstream.HostName}";
        if (errors != SslPolicyErrors.None) return $"certificate refused: {errors}";
        return upstream.Tls.Pins.Count == 0 || chain?.ChainElements.Any(element => IsPinned(element.Certificate)) == true ? null : WrongKey(certificate);
    }

    private bool IsPinned(X509Certificate2 certificate) => upstream.Tls.Pins.Contains(Pin.Of(certificate));

    private static string WrongKey(X509Certificate2 certificate) => $"wrong key: the certificate pins {Pin.Of(certificate)}, which is none of the pins given";

    private string DescribeChain(X509Certificate2 certificate, X509Chain? chain)
    {
        X509ChainStatusFlags status = chain?.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, next) => all | next.Status) ?? default;
        DateTime now = clock.Now.UtcDateTime;
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

    private static string Names(X509Certificate2 certificate)
    {
        string[] names = [.. certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(extension => extension.EnumerateDnsNames().Concat(extension.EnumerateIPAddresses().Select(address => address.ToString())))];
        return names.Length == 0
            ? "the certificate has no subject alternative name (its common name does not count)"
            : "the certificate is for " + string.Join(", ", names.Take(4)) + (names.Length > 4 ? ", …" : "");
    }
}
