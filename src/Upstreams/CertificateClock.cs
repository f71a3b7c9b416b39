using System.Globalization;
using System.Reflection;
using System.Security.Cryptography.X509Certificates;

namespace DotProxy.Upstreams;

/// <summary>
/// The time that certificates are judged by: the system's, unless that is plainly wrong. A router without a battery begins in 1970, and
/// needs names to ask for the time: then it is the day of this release, or the last that is known of. Validity is judged all the same.
/// </summary>
/// <param name="earliest">No true time is before it.</param>
internal sealed class CertificateClock(DateTimeOffset earliest, TimeProvider time)
{
    private const string Metadata = "ReleaseDate";

    // Our choice: a file that says more was written by a clock that went wrong the other way.
    private static readonly TimeSpan s_longestLife = TimeSpan.FromDays(5 * 365);

    /// <summary>When this release was made, in universal time.</summary>
    public static DateTimeOffset Release { get; } = DateTimeOffset.ParseExact(
        typeof(CertificateClock).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(attribute => attribute.Key == Metadata).Value!,
        "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    public DateTimeOffset Now => time.GetUtcNow() is var now && now < earliest ? earliest : now;

    /// <summary>The latest time that is known for sure: that of the release, or of the file that was last written, where there is one.</summary>
    public static DateTimeOffset Earliest(string? cacheFile)
    {
        if (!File.Exists(cacheFile)) return Release;
        var written = new DateTimeOffset(File.GetLastWriteTimeUtc(cacheFile));
        return written > Release && written < Release + s_longestLife ? written : Release;
    }

    /// <summary>Whether the system's clock is before the release: whatever else is known, that cannot be.</summary>
    public static bool IsWrong(DateTimeOffset now) => now < Release;

    /// <summary>Before each handshake: the clock may have been set right.</summary>
    public void Set(X509ChainPolicy policy) => policy.VerificationTime = Now.LocalDateTime;
}
