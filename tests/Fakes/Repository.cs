namespace DotProxy.Tests.Fakes;

/// <summary>Where the sources under test are.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    /// <summary>The published native binary: what <c>make build</c> made, or what the environment names.</summary>
    public static string Binary
    {
        get
        {
            string binary = Environment.GetEnvironmentVariable("DOTPROXY_TEST_BINARY") ?? Path.Combine(Root, "dist", "dotproxy");
            Assert.True(File.Exists(binary), $"{binary} is missing: 'make build' makes it");
            return binary;
        }
    }

    private static string Find()
    {
        string? directory = AppContext.BaseDirectory;
        while (directory is not null && !File.Exists(Path.Combine(directory, "DotProxy.slnx"))) directory = Path.GetDirectoryName(directory);
        return directory ?? throw new InvalidOperationException("the tests must run inside the repository");
    }
}
