using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DotProxy.Configuration;

namespace DotProxy.Tests.Configuration;

public sealed class PinTests
{
    private const string Good = "sha256/x9SZw6TwIqfmvrLZ/kz1o0Ossjmn728BnBKpUFqGNVM=";

    [Theory]
    [InlineData(Good)]
    [InlineData("SHA256/x9SZw6TwIqfmvrLZ/kz1o0Ossjmn728BnBKpUFqGNVM=")]
    public void A_pin_has_one_spelling(string text)
    {
        Assert.True(Pin.TryParse(text, out string? pin, out _));
        Assert.Equal(Good, pin);
    }

    // No prefix; another hash; 31 and 33 octets; none; a letter of base64url; padding left out; RFC 7469's header.
    [Theory]
    [InlineData("x9SZw6TwIqfmvrLZ/kz1o0Ossjmn728BnBKpUFqGNVM=")]
    [InlineData("sha1/x9SZw6TwIqfmvrLZ/kz1o0Ossjmn728BnBKpUFqGNVM=")]
    [InlineData("sha256/MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMQ==")]
    [InlineData("sha256/MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz")]
    [InlineData("sha256/")]
    [InlineData("")]
    [InlineData("sha256/x9SZw6TwIqfmvrLZ_kz1o0Ossjmn728BnBKpUFqGNVM=")]
    [InlineData("sha256/x9SZw6TwIqfmvrLZ/kz1o0Ossjmn728BnBKpUFqGNVM")]
    [InlineData("pin-sha256=\"x9SZw6TwIqfmvrLZ/kz1o0Ossjmn728BnBKpUFqGNVM=\"")]
    public void Anything_else_is_none(string text)
    {
        Assert.False(Pin.TryParse(text, out _, out string expected));
        Assert.StartsWith("expected sha256/", expected, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pin_is_that_of_the_key_whatever_the_certificate()
    {
        using var key = RSA.Create(2048);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string[] pins = [.. ((string[])["CN=a", "CN=b"]).Select(name =>
        {
            using X509Certificate2 certificate = new CertificateRequest(name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
                .CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(90));
            return Pin.Of(certificate);
        })];
        string expected = "sha256/" + Convert.ToBase64String(SHA256.HashData(key.ExportSubjectPublicKeyInfo()));
        Assert.Equal([expected, expected], pins);
        using X509Certificate2 elliptic = new CertificateRequest("CN=a", other, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(90));
        Assert.Equal("sha256/" + Convert.ToBase64String(SHA256.HashData(other.ExportSubjectPublicKeyInfo())), Pin.Of(elliptic));
    }
}
