using System.Security.Cryptography.X509Certificates;
using DotProxy.Configuration;

namespace DotProxy.Upstreams;

/// <summary>
/// The certificate authorities to trust; null leaves them to OpenSSL and a directory of its own. They are read from one bundle that
/// the log can name, the same way in a container that holds nothing else, where OpenSSL's built-in paths lead nowhere, as on a full system.
/// </summary>
internal sealed record TrustStore(string Description, X509Certificate2Collection? Roots)
{
    public const string FileVariable = "SSL_CERT_FILE", DirectoryVariable = "SSL_CERT_DIR";

    // Debian, Ubuntu, Arch; Fedora, RHEL; Alpine, OpenWrt, FreeBSD, macOS; SUSE.
    private static readonly string[] s_bundles =
    [
        "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem", "/etc/ssl/ca-bundle.pem",
    ];

    /// <summary>Which authorities were left out, such as "in FILE, certificate 3 of 144 is damaged or cut off"; null for none.</summary>
    public string? Damage { get; private init; }

    /// <summary>
    /// In this order: <c>--ca-file</c>, SSL_CERT_FILE, SSL_CERT_DIR (read by OpenSSL itself), the system's bundle,
    /// <c>ca-certificates.crt</c> beside the binary.
    /// </summary>
    /// <exception cref="StartException">There is none, or one is wrong.</exception>
    public static TrustStore Find(GivenFile? caFile, Func<string, string?> environment)
    {
        AmbientTrust.EnsureHome();
        string? file = environment(FileVariable), directory = environment(DirectoryVariable);
        if (caFile is null && string.IsNullOrEmpty(file) && !string.IsNullOrEmpty(directory)) return FromDirectory(directory);

        AmbientTrust.IgnoreSystem();
        if (caFile is not null) return FromFile(caFile);
        if (!string.IsNullOrEmpty(file)) return FromFile(new GivenFile(file, FileVariable));
        return FromBundle([.. s_bundles, Path.Combine(AppContext.BaseDirectory, "ca-certificates.crt")]);
    }

    /// <summary>For upstreams that have all they need of their own: this trusts nobody.</summary>
    public static TrustStore None()
    {
        AmbientTrust.EnsureHome();
        AmbientTrust.IgnoreSystem();
        return new TrustStore("no authority in common", []);
    }

    /// <summary>
    /// The first that is there. Nobody wrote it by hand, and a proxy that stands still for one damaged entry in it would take the network
    /// with it: the entry is left out, which can only turn a resolver away, never let a wrong one in.
    /// </summary>
    public static TrustStore FromBundle(IReadOnlyList<string> places)
    {
        string bundle = places.FirstOrDefault(File.Exists) ?? throw new StartException(
            "no certificate authorities found, so no upstream could be checked: install ca-certificates, put ca-certificates.crt "
            + $"beside the binary, or give --ca-file (looked for {FileVariable}, {DirectoryVariable}, {string.Join(", ", places)})");
        X509Certificate2Collection roots = CertificateFiles.ReadWhatIsReadable("the system's bundle", bundle, out string? damage);
        return new TrustStore(Describe(roots, bundle, "the system's"), roots) { Damage = damage is null ? null : $"in {bundle}, {damage}" };
    }

    /// <summary>What somebody named, all of it and nothing else.</summary>
    /// <exception cref="StartException">It is no file of certificates, or one in it is damaged.</exception>
    public static TrustStore FromFile(GivenFile file)
    {
        X509Certificate2Collection roots = CertificateFiles.ReadAuthorities(file.Source, file.Path);
        return new TrustStore(Describe(roots, file.Path, file.Source), roots);
    }

    private static string Describe(X509Certificate2Collection roots, string file, string source) =>
        $"{(roots.Count == 1 ? "the certificate authority" : $"the {roots.Count} certificate authorities")} in {file} ({source})";

    private static TrustStore FromDirectory(string directory)
    {
        if (!Directory.Exists(directory))
        {
            string cause = File.Exists(directory) ? "it is a file, not a directory" : "no such directory";
            throw new StartException($"{DirectoryVariable} '{directory}': {cause}; give one with hashed certificates, or unset it");
        }
        AmbientTrust.IgnoreFile();
        return new TrustStore($"the certificate authorities under {directory} ({DirectoryVariable})", Roots: null);
    }
}
