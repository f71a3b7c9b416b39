using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DotProxy.Configuration;
using DotProxy.Upstreams;

namespace DotProxy.Tests.Upstreams;

public sealed class CertificateExpiryTests : IDisposable
{
    private static readonly DateTimeOffset s_now = new(2030, 6, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public void Dispose() => _key.Dispose();

    [Theory]
    [InlineData(15, null)]
    [InlineData(13, "the certificate in a.pem (--ca-file) expires on 2030-06-14 00:00 UTC")]
    [InlineData(-1, "the certificate in a.pem (--ca-file) expired on 2030-05-31 00:00 UTC")]
    public void One_certificate_is_warned_of_a_fortnight_ahead(int days, string? warning) => Assert.Equal(warning, Warning(days));

    [Fact]
    public void Of_several_the_first_counts()
    {
        Assert.Null(Warning(20, 30));
        Assert.Equal("2 of the 3 certificates in a.pem (--ca-file) have expired or soon will, the first on 2030-05-29 00:00 UTC", Warning(5, 99, -3));
    }

    private string? Warning(params int[] days) =>
        new CertificateExpiry(new GivenFile("a.pem", "--ca-file"), [.. days.Select(CertificateUntil)]).Warning(s_now);

    private X509Certificate2 CertificateUntil(int days) =>
        new CertificateRequest("CN=a", _key, HashAlgorithmName.SHA256).CreateSelfSigned(s_now.AddYears(-1), s_now.AddDays(days));
}
