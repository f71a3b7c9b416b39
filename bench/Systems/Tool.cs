using System.Diagnostics;

namespace DotProxy.Bench.Systems;

/// <summary>Programs of this machine.</summary>
internal static class Tool
{
    /// <summary>The path of a program; servers live in <c>sbin</c>, which is not on everybody's PATH.</summary>
    public static string? Find(string program)
    {
        if (program.Contains('/', StringComparison.Ordinal)) return File.Exists(program) ? Path.GetFullPath(program) : null;
        string path = Environment.GetEnvironmentVariable("PATH") + ":/usr/sbin:/usr/local/sbin";
        return path.Split(':').Select(directory => Path.Combine(directory, program)).FirstOrDefault(File.Exists);
    }

    /// <summary>The first line of its output that contains a digit, as a version's does.</summary>
    public static string VersionLine(string program, string flag)
    {
        var start = new ProcessStartInfo(Find(program)!, [flag]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output.Split('\n').FirstOrDefault(line => line.Any(char.IsDigit))?.Trim() ?? program;
    }
}
