using DotProxy.Bench.Measuring;

namespace DotProxy.Bench.Reporting;

/// <summary>What the program promises of its memory: never more than its cache may hold and a little for itself.</summary>
internal static class MemoryBar
{
    // The default of --cache-size, and what is left for all the rest.
    private const double CacheMiB = 16, RestMiB = 20;

    /// <summary>A sentence; null where it was not measured.</summary>
    public static string? Judge(Results results)
    {
        string ours = results.Systems[0].Name;
        MemoryUse[] measured = [.. results.Memory.Where(memory => memory.System == ours && memory.Million > 0)];
        if (measured.Length == 0) return null;
        double most = measured.Max(memory => memory.Peak);
        string verdict = most <= CacheMiB + RestMiB ? "met" : "**missed**";
        return FormattableString.Invariant(
            $"Resident after a million names: {most:0.0} MiB at most, promised {CacheMiB:0} (the cache) + {RestMiB:0}: {verdict}.");
    }
}
