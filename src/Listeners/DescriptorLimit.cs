using System.Runtime.InteropServices;

namespace DotProxy.Listeners;

/// <summary>How many descriptors this process may have: TCP clients must not take those that an upstream needs.</summary>
internal static partial class DescriptorLimit
{
    // RLIMIT_NOFILE on Linux, but for MIPS, SPARC and Alpha.
    private const int NumberOfFiles = 7;

    // What a process may have where nobody says (POSIX asks for less).
    private const int Unknown = 256;

    /// <summary>Raises the soft limit to the hard one, as it is there to be; returns what holds from here on.</summary>
    public static int Raise()
    {
        if (!OperatingSystem.IsLinux() || Get(NumberOfFiles, out Limit limit) != 0) return Unknown;
        var raised = limit with { Current = limit.Maximum };
        nuint holds = Set(NumberOfFiles, raised) == 0 ? raised.Current : limit.Current;
        return (int)Math.Min(holds, int.MaxValue);
    }

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int Get(int resource, out Limit limit);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int Set(int resource, in Limit limit);

    /// <summary><c>struct rlimit</c>.</summary>
    private readonly record struct Limit(nuint Current, nuint Maximum);
}
