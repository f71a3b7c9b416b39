using System.Runtime.InteropServices;

namespace DotProxy.Bench.Measuring;

/// <summary>What this machine is, for whoever reads the figures.</summary>
internal static class Machine
{
    public static string Describe() =>
        $"{Processor()}, {Environment.ProcessorCount} cores, {Distribution()}, Linux {Kernel()}";

    private static string Processor() => Value("/proc/cpuinfo", "model name", ':') ?? RuntimeInformation.OSArchitecture.ToString();

    private static string Distribution() => Value("/etc/os-release", "PRETTY_NAME", '=')?.Trim('"') ?? "unknown system";

    private static string Kernel() => File.ReadAllText("/proc/sys/kernel/osrelease").Trim();

    private static string? Value(string file, string key, char separator)
    {
        if (!File.Exists(file)) return null;
        string? line = File.ReadLines(file).FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal));
        return line?[(line.IndexOf(separator, StringComparison.Ordinal) + 1)..].Trim();
    }
}
