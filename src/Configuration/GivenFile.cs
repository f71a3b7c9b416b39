namespace DotProxy.Configuration;

/// <summary>A file that somebody named.</summary>
/// <param name="Source">What a message calls the place where it was named, such as <c>--ca-file</c>.</param>
internal sealed record GivenFile(string Path, string Source)
{
    public static GivenFile? Of(string? path, Setting setting, ProxyOptions options) => path is null ? null : new GivenFile(path, options.NameOf(setting));
}
