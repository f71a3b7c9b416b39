using System.Runtime.InteropServices;

namespace DotProxy.Upstreams;

/// <summary>What .NET would read of certificates by itself before its first chain, wanted or not.</summary>
internal static partial class AmbientTrust
{
    private const string Nowhere = "/nonexistent", HomeVariable = "HOME";

    /// <summary>
    /// Points OpenSSL's default places at nothing. Even where none of it is to be trusted, .NET reads every certificate there: some
    /// 60 ms on the first handshake and 2 MB ever after. It is a variable of the C library that counts, which .NET's setter does not reach.
    /// </summary>
    public static void IgnoreSystem()
    {
        IgnoreFile();
        if (!OperatingSystem.IsWindows()) _ = SetVariable(TrustStore.DirectoryVariable, Nowhere, overwrite: 1);
    }

    /// <summary>Leaves the directory that the environment names as the one place: OpenSSL's default file would widen the trust.</summary>
    public static void IgnoreFile()
    {
        if (!OperatingSystem.IsWindows()) _ = SetVariable(TrustStore.FileVariable, Nowhere, overwrite: 1);
    }

    /// <summary>
    /// Gives the process a home where it has none. .NET looks below it for stores of the user's, and where neither HOME nor the list of
    /// users tells it (a number as user, in a container or under a service manager), every handshake would fail.
    /// </summary>
    public static void EnsureHome()
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(HomeVariable))) Environment.SetEnvironmentVariable(HomeVariable, "/");
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
