using System.Security.Cryptography.X509Certificates;
using DotProxy.Configuration;

namespace DotProxy.Upstreams;

/// <summary>The certificates of a file that somebody named, and when their time is up.</summary>
internal sealed class CertificateExpiry(GivenFile file, X509Certificate2Collection certificates)
{
    // Our choice: time enough to get another, and short enough not to be always said of certificates that live for 90 days.
    private static readonly TimeSpan s_notice = TimeSpan.FromDays(14);

    /// <summary>A sentence where one has expired or is about to; null where none is.</summary>
    public string? Warning(DateTimeOffset now)
    {
        DateTime[] ends = [.. certificates.Select(certificate => certificate.NotAfter.ToUniversalTime()).Where(end => end < now.UtcDateTime + s_notice)];
        if (ends.Length == 0) return null;
        string where = $"in {file.Path} ({file.Source})", first = ServerCertificateCheck.Day(ends.Min());
        return certificates.Count > 1 ? $"{ends.Length} of the {certificates.Count} certificates {where} have expired or soon will, the first on {first}"
            : ends[0] < now.UtcDateTime ? $"the certificate {where} expired on {first}"
            : $"the certificate {where} expires on {first}";
    }
}
