using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DotProxy.Configuration;

/// <summary>Reads PEM files, and says what is wrong with one.</summary>
internal static class CertificateFiles
{
    /// <exception cref="StartException">The file cannot be read or holds no certificate.</exception>
    public static X509Certificate2Collection ReadAuthorities(string source, string file)
    {
        var roots = new X509Certificate2Collection();
        Read(source, file, "certificates in PEM", () => ImportAll(File.ReadAllBytes(file), roots));
        if (roots.Count == 0) throw new StartException($"{source} '{file}': there is no certificate in it; a PEM file with BEGIN CERTIFICATE would be right");
        return roots;
    }

    /// <summary>The leaf with its key; its chain, if the file holds one, is in <paramref name="chain"/>.</summary>
    /// <exception cref="StartException">A file cannot be read, or the key is not the certificate's.</exception>
    public static X509Certificate2 ReadPair(string certificateFile, string? keyFile, out X509Certificate2Collection chain)
    {
        string source = Settings.ClientCertificate.Flag;
        chain = ReadAuthorities(source, certificateFile);
        chain.RemoveAt(0);
        X509Certificate2? leaf = null;
        string key = keyFile ?? certificateFile;
        Read(source, certificateFile, $"a certificate and, in '{key}', its unencrypted private key, both in PEM",
            () => leaf = X509Certificate2.CreateFromPemFile(certificateFile, key));
        return leaf!;
    }

    /// <summary>As ImportFromPemFile does, less the half megabyte of strings that a system's bundle leaves behind it.</summary>
    private static void ImportAll(ReadOnlySpan<byte> pem, X509Certificate2Collection certificates)
    {
        while (PemEncoding.TryFindUtf8(pem, out PemFields found))
        {
            if (pem[found.Label].SequenceEqual("CERTIFICATE"u8)) certificates.Add(Decode(pem[found.Base64Data], found.DecodedDataLength));
            pem = pem[found.Location.End..];
        }
    }

    private static X509Certificate2 Decode(ReadOnlySpan<byte> base64, int length)
    {
        byte[] octets = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            OperationStatus status = Base64.DecodeFromUtf8(base64, octets, out _, out int written);
            if (status != OperationStatus.Done) throw new CryptographicException("a certificate in it is no base64");
            return X509CertificateLoader.LoadCertificate(octets.AsSpan(0, written));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(octets);
        }
    }

    private static void Read(string source, string file, string expected, Action read)
    {
        try
        {
            read();
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            throw new StartException($"{source} '{file}': {exception.Message.TrimEnd('.')}; expected {expected}", exception);
        }
    }
}
