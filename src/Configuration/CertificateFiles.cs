using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace DotProxy.Configuration;

/// <summary>Reads PEM files (RFC 7468), and says in plain words what is wrong with one.</summary>
internal static class CertificateFiles
{
    public const string Remedy = "give the path of a PEM file that this user may read";

    private static ReadOnlySpan<byte> Begin => "-----BEGIN CERTIFICATE-----"u8;

    /// <summary>Whoever names a file means all of it: one damaged certificate in it is a fault.</summary>
    /// <exception cref="StartException">The file cannot be read, holds no certificate, or a damaged one.</exception>
    public static X509Certificate2Collection ReadAuthorities(string source, string file) => ReadWhole(source, file, ReadFile(source, file));

    /// <summary>As <see cref="ReadAuthorities"/>, but leaves out what is damaged as long as there is something left.</summary>
    /// <param name="damage">What was left out, such as "certificate 3 of 144 is damaged or cut off"; null for nothing.</param>
    /// <exception cref="StartException">The file cannot be read, or holds no certificate that can be.</exception>
    public static X509Certificate2Collection ReadWhatIsReadable(string source, string file, out string? damage)
    {
        var certificates = new X509Certificate2Collection();
        damage = Import(ReadFile(source, file), certificates);
        return certificates.Count > 0 ? certificates : throw Fault(source, file, damage);
    }

    /// <summary>The leaf with its key; its chain, if the file holds one, is in <paramref name="chain"/>.</summary>
    /// <exception cref="StartException">A file cannot be read, or the key is not the certificate's.</exception>
    public static X509Certificate2 ReadPair(GivenFile certificateGiven, GivenFile? keyGiven, out X509Certificate2Collection chain)
    {
        (string certificateFile, string certificateSource) = certificateGiven;
        (string? keyFile, string keySource) = (keyGiven?.Path, keyGiven?.Source ?? certificateSource);
        byte[] certificate = ReadFile(certificateSource, certificateFile);
        chain = ReadWhole(certificateSource, certificateFile, certificate);
        chain[0].Dispose();
        chain.RemoveAt(0);

        string key = Encoding.UTF8.GetString(keyFile is null ? certificate : ReadFile(keySource, keyFile));
        string where = $"{keySource} '{keyFile ?? certificateFile}'";
        // The second is how OpenSSL encrypted keys before PKCS #8.
        if (key.Contains("BEGIN ENCRYPTED PRIVATE KEY", StringComparison.Ordinal) || key.Contains("Proc-Type: 4,ENCRYPTED", StringComparison.Ordinal))
            throw new StartException($"{where}: the private key is encrypted; decrypt it with 'openssl pkey -in {keyFile ?? certificateFile} -out FILE'");
        if (!key.Contains(" PRIVATE KEY", StringComparison.Ordinal))
            throw new StartException($"{where}: it holds no private key; " + (keyFile is null ? $"give {Settings.ClientKey.Flag}" : "a PEM file with BEGIN PRIVATE KEY would be right"));
        try
        {
            return X509Certificate2.CreateFromPem(Encoding.UTF8.GetString(certificate), key);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            // .NET has an argument's fault for a key that it could read, and OpenSSL's words for the rest.
            string cause = (exception as ArgumentException ?? exception.InnerException) is ArgumentException ? "is not that" : "is damaged, cut off, or not that";
            throw new StartException($"{where}: the private key {cause} of the certificate in '{certificateFile}'; give the key it was made with", exception);
        }
    }

    private static X509Certificate2Collection ReadWhole(string source, string file, ReadOnlySpan<byte> pem)
    {
        var certificates = new X509Certificate2Collection();
        string? damage = Import(pem, certificates);
        return certificates.Count > 0 && damage is null ? certificates : throw Fault(source, file, damage);
    }

    private static StartException Fault(string source, string file, string? damage) => new($"{source} '{file}': " + (damage is null
        ? "there is no certificate in it; a PEM file with BEGIN CERTIFICATE would be right"
        : $"{damage}; give a file that is whole"));

    private static byte[] ReadFile(string source, string file)
    {
        try
        {
            return File.ReadAllBytes(file);
        }
        catch (Exception exception) when (FileFault.IsOne(exception))
        {
            throw new StartException($"{source} '{file}': {FileFault.Describe(file, exception)}; {Remedy}", exception);
        }
    }

    /// <summary>
    /// As ImportFromPem does, less the half megabyte of strings that a system's bundle leaves behind it, and without passing over
    /// what is damaged: returns which that is, or null.
    /// </summary>
    private static string? Import(ReadOnlySpan<byte> pem, X509Certificate2Collection certificates)
    {
        List<string> damaged = [];
        int count = 0;
        for (int start = pem.IndexOf(Begin); start >= 0; count++)
        {
            pem = pem[start..];
            int next = pem[Begin.Length..].IndexOf(Begin);
            ReadOnlySpan<byte> block = next < 0 ? pem : pem[..(Begin.Length + next)];
            if (Decode(block) is { } certificate) certificates.Add(certificate);
            else damaged.Add($"{count + 1}");
            start = next < 0 ? -1 : block.Length;
        }
        return damaged switch
        {
            [] => null,
            [var one] => $"certificate {one} of {count} is damaged or cut off",
            _ => $"certificates {string.Join(", ", damaged)} of {count} are damaged or cut off",
        };
    }

    /// <summary>The certificate that a block begins with; null where it is damaged or cut off.</summary>
    private static X509Certificate2? Decode(ReadOnlySpan<byte> block)
    {
        if (!PemEncoding.TryFindUtf8(block, out PemFields found) || found.Location.Start.Value != 0) return null;
        byte[] octets = ArrayPool<byte>.Shared.Rent(found.DecodedDataLength);
        try
        {
            return Base64.DecodeFromUtf8(block[found.Base64Data], octets, out _, out int written) == OperationStatus.Done
                ? X509CertificateLoader.LoadCertificate(octets.AsSpan(0, written))
                : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(octets);
        }
    }
}
