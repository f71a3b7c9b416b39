namespace DotProxy.Configuration;

/// <summary>A value as somebody wrote it, and where.</summary>
/// <param name="Place">Such as <c>--queue</c>, <c>DOTPROXY_QUEUE</c> or <c>dotproxy.toml:7</c>.</param>
/// <param name="Source">What a message calls it: the same, and in a file the key too, <c>dotproxy.toml:7: queue</c>.</param>
internal sealed record GivenText(string Text, string Place, string Source);
