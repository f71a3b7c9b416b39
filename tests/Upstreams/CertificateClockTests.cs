using System.Security.Cryptography.X509Certificates;
using DotProxy.Configuration;
using DotProxy.Resolution;
using DotProxy.Telemetry;
using DotProxy.Tests.Fakes;
using DotProxy.Upstreams;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace DotProxy.Tests.Upstreams;

/// <summary>A router's clock begins in 1970: certificates are judged by a time that can be, and never not at all.</summary>
public sealed class CertificateClockTests
{
    private static readonly DateTimeOffset s_atBoot = new(1970, 1, 1, 0, 0, 30, TimeSpan.Zero);

    [Fact]
    public async Task With_a_clock_at_its_beginning_a_good_certificate_is_good()
    {
        await using var upstream = new FakeUpstream();
        (UpstreamConnection? connection, Failure? failure) = await DialAsync(upstream, earliest: TimeProvider.System.GetUtcNow());
        Assert.Null(failure);
        connection!.Dispose();
    }

    [Theory]
    [InlineData("expired", "certificate expired on")]
    [InlineData("wrongname", "wrong name")]
    public async Task With_a_clock_at_its_beginning_a_bad_certificate_is_bad(string certificate, string cause)
    {
        await using var upstream = new FakeUpstream(certificate: certificate);
        Assert.Contains(cause, (await DialAsync(upstream, earliest: TimeProvider.System.GetUtcNow())).Failure!.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_nothing_better_is_known_the_clock_is_named()
    {
        await using var upstream = new FakeUpstream();
        Assert.Contains("is this machine's clock right? it says 1970-01-01", (await DialAsync(upstream, default)).Failure!.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Once_the_clock_is_set_it_counts()
    {
        var time = new FakeTimeProvider(s_atBoot);
        DateTimeOffset earliest = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), later = earliest + TimeSpan.FromDays(400);
        var clock = new CertificateClock(earliest, time);
        var policy = new X509ChainPolicy();
        clock.Set(policy);
        Assert.Equal((earliest, earliest), (clock.Now, new DateTimeOffset(policy.VerificationTime)));
        time.SetUtcNow(later);
        clock.Set(policy);
        Assert.Equal((later, later), (clock.Now, new DateTimeOffset(policy.VerificationTime)));
    }

    [Fact]
    public void The_latest_known_time_is_the_files_unless_it_cannot_be()
    {
        string file = Path.GetTempFileName();
        try
        {
            Assert.Equal(CertificateClock.Release, CertificateClock.Earliest(null));
            Assert.Equal(CertificateClock.Release, CertificateClock.Earliest(file + ".none"));
            foreach ((int days, bool counts) in new[] { (-30, false), (100, true), (50 * 365, false) })
            {
                File.SetLastWriteTimeUtc(file, CertificateClock.Release.UtcDateTime.AddDays(days));
                Assert.Equal(CertificateClock.Release.AddDays(counts ? days : 0), CertificateClock.Earliest(file));
            }
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void The_start_says_so()
    {
        ProxyOptions options = CommandLine.Parse(["--ca-file", TestCertificates.Authority], _ => null, out _)!;
        string warning = Assert.Single(TlsIdentity.Load(options, _ => null, s_atBoot).Warnings(s_atBoot));
        Assert.StartsWith("this machine's clock says 1970-01-01 00:00 UTC, which cannot be: until it is set, certificates are judged as of 20", warning, StringComparison.Ordinal);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        Assert.Empty(TlsIdentity.Load(options, _ => null, now).Warnings(now));
    }

    private static async Task<(UpstreamConnection? Connection, Failure? Failure)> DialAsync(FakeUpstream upstream, DateTimeOffset earliest)
    {
        var time = new FakeTimeProvider(s_atBoot);
        TrustStore trust = TrustStore.Find(new GivenFile(TestCertificates.Authority, "--ca-file"), _ => null);
        Assert.True(UpstreamSpec.TryParse(upstream.Spec, out UpstreamSpec? spec, out _));
        var dialer = new UpstreamDialer(
            spec, new TlsIdentity(trust, null) { Earliest = earliest }, TimeSpan.FromSeconds(5), time, new Counters(), new LogEvents(NullLogger.Instance, time));
        return await dialer.DialAsync(CancellationToken.None);
    }
}
