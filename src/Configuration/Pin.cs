using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DotProxy.Configuration;

/// <summary>
/// A public key by its fingerprint: the SHA-256 of the SubjectPublicKeyInfo in base64 (RFC 7469 §2.4), which a resolver's operator
/// publishes (RFC 7858 §4.2). Always in one spelling, so that two are compared as text.
/// </summary>
internal static class Pin
{
    private const string Prefix = "sha256/";

    /// <summary>Reads <c>sha256/BASE64</c>; <paramref name="expected"/> says what would be right.</summary>
    public static bool TryParse(string text, [MaybeNullWhen(false)] out string value, out string expected)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        expected = $"expected {Prefix} and the SHA-256 of a public key in base64, 44 letters that end in =";
        bool isOne = text.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)
            && Convert.TryFromBase64String(text[Prefix.Length..], hash, out int length) && length == hash.Length;
        value = isOne ? Write(hash) : null;
        return isOne;
    }

    /// <summary>That of a certificate's key.</summary>
    public static string Of(X509Certificate2 certificate) => Write(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));

    private static string Write(ReadOnlySpan<byte> hash) => Prefix + Convert.ToBase64String(hash);
}
