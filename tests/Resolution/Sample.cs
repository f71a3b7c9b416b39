using DotProxy.Dns;
using DotProxy.Resolution;

namespace DotProxy.Tests.Resolution;

/// <summary>Values for tests to which any would do.</summary>
internal static class Sample
{
    public static Failure Failure { get; } = new(ExtendedErrorCode.NetworkError, "dns.example: connection refused");
}
