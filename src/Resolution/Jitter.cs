using System.Security.Cryptography;

namespace DotProxy.Resolution;

/// <summary>The chance by which many proxies do not do the same thing in step.</summary>
internal static class Jitter
{
    /// <summary>Evenly from [0, 1).</summary>
    public static double Draw() => RandomNumberGenerator.GetInt32(1 << 20) / (double)(1 << 20);
}
