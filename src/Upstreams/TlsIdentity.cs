using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using DotProxy.Configuration;

namespace DotProxy.Upstreams;

/// <summary>What a connection to an upstream is made with: whom we trust, and who we are to those that ask.</summary>
/// <param name="Client">The certificate to present; null for none.</param>
internal sealed record TlsIdentity(TrustStore Trust, SslStreamCertificateContext? Client)
{
    private readonly Dictionary<UpstreamSpec, TlsIdentity> _own = [];
    private readonly List<CertificateExpiry> _expiries = [];

    /// <summary>No true time is before it; see <see cref="CertificateClock"/>.</summary>
    public DateTimeOffset Earliest { get; init; }

    /// <summary>Whom we trust, as the log says it: in common, and where an upstream has authorities of its own.</summary>
    public string Description
    {
        get
        {
            string text = Trust.Description;
            foreach ((UpstreamSpec upstream, TlsIdentity own) in _own)
            {
                if (own.Trust != Trust) text += $"; for {upstream.Name}, {own.Trust.Description}";
            }
            return text;
        }
    }

    /// <summary>What the start warns of, in sentences.</summary>
    public IEnumerable<string> Warnings(DateTimeOffset now)
    {
        if (CertificateClock.IsWrong(now))
            yield return $"this machine's clock says {ServerCertificateCheck.Day(now.UtcDateTime)}, which cannot be: until it is set, certificates are judged as of {ServerCertificateCheck.Day(Earliest.UtcDateTime)}";
        if (Trust.Damage is { } damage) yield return $"{damage}; only the others are trusted";
        foreach (CertificateExpiry expiry in _expiries)
        {
            if (expiry.Warning(now) is { } warning) yield return warning;
        }
        foreach (UpstreamSpec upstream in _own.Keys)
        {
            if (upstream.Tls.IsPinOnly) yield return $"{upstream.Name} is known by its pins alone (pin-only): neither the authority nor the dates nor the name of its certificate are checked";
        }
    }

    /// <param name="now">As the system has it, which may be wrong.</param>
    /// <exception cref="StartException">A file is missing or wrong, or there is no authority to trust anywhere.</exception>
    public static TlsIdentity Load(ProxyOptions options, Func<string, string?> environment, DateTimeOffset now)
    {
        GivenFile? certificate = GivenFile.Of(options.ClientCertificate, Settings.ClientCertificate, options), file = GivenFile.Of(options.CaFile, Settings.CaFile, options);
        SslStreamCertificateContext? client = LoadClient(certificate, GivenFile.Of(options.ClientKey, Settings.ClientKey, options));
        bool isTrustNeeded = options.CaFile is not null || options.Upstreams.Any(upstream => upstream.Tls is { CaFile: null, IsPinOnly: false });
        var common = new TlsIdentity(isTrustNeeded ? TrustStore.Find(file, environment) : TrustStore.None(), client)
        {
            Earliest = CertificateClock.IsWrong(now) ? CertificateClock.Earliest(options.CacheFile) : DateTimeOffset.MinValue,
        };
        common.Watch(certificate, client, file, common.Trust);
        foreach (UpstreamSpec upstream in options.Upstreams.Where(upstream => upstream.Tls != UpstreamTls.Common))
        {
            TrustStore trust = upstream.Tls.CaFile is { } authorities ? TrustStore.FromFile(authorities) : common.Trust;
            SslStreamCertificateContext? own = LoadClient(upstream.Tls.ClientCertificate, upstream.Tls.ClientKey);
            common._own.Add(upstream, new TlsIdentity(trust, own ?? client) { Earliest = common.Earliest });
            common.Watch(upstream.Tls.ClientCertificate, own, upstream.Tls.CaFile, trust);
        }
        return common;
    }

    /// <summary>What connections to that upstream are made with.</summary>
    public TlsIdentity For(UpstreamSpec upstream) => _own.GetValueOrDefault(upstream, this);

    private void Watch(GivenFile? certificate, SslStreamCertificateContext? client, GivenFile? authorities, TrustStore trust)
    {
        if (certificate is not null && client is not null) _expiries.Add(new CertificateExpiry(certificate, [client.TargetCertificate]));
        if (authorities is not null && trust.Roots is { } roots) _expiries.Add(new CertificateExpiry(authorities, roots));
    }

    private static SslStreamCertificateContext? LoadClient(GivenFile? certificate, GivenFile? key)
    {
        if (certificate is null) return null;
        X509Certificate2 leaf = CertificateFiles.ReadPair(certificate, key, out X509Certificate2Collection chain);
        return SslStreamCertificateContext.Create(leaf, chain, offline: true);
    }
}
