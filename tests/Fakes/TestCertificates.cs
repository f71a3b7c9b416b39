using System.Security.Cryptography.X509Certificates;

namespace DotProxy.Tests.Fakes;

/// <summary>The certificates of certs/make.sh, made once for a run in a directory of its own.</summary>
internal static class TestCertificates
{
    private static readonly Lazy<string> s_directory = new(Make);

    public static string Authority => File("ca.pem");

    public static string File(string name) => Path.Combine(s_directory.Value, name);

    public static X509Certificate2 Server(string name)
    {
        // SslStream on some systems cannot use a key that lives in memory only: the round trip through PKCS #12 helps all.
        using var pair = X509Certificate2.CreateFromPemFile(File(name + ".pem"), File(name + ".key"));
        return X509CertificateLoader.LoadPkcs12(pair.Export(X509ContentType.Pkcs12), null);
    }

    private static string Make()
    {
        string directory = Directory.CreateTempSubdirectory("dotproxy-certs-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(directory, recursive: true);
        Tool.Result made = Tool.RunAsync(Path.Combine(Repository.Root, "certs", "make.sh"), directory).GetAwaiter().GetResult();
        Assert.True(made.ExitCode == 0, made.Output);
        return directory;
    }
}
