namespace DotProxy.Configuration;

/// <summary>Why a file cannot be read, in plain words.</summary>
internal static class FileFault
{
    public static bool IsOne(Exception exception) => exception is IOException or UnauthorizedAccessException;

    public static string Describe(string file, Exception exception) => exception switch
    {
        _ when Directory.Exists(file) => "it is a directory",
        FileNotFoundException or DirectoryNotFoundException => "no such file",
        UnauthorizedAccessException => "permission denied",
        _ => exception.Message.TrimEnd('.'),
    };
}
