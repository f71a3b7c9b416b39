using System.Text;
using System.Text.Unicode;
using DotProxy.Dns;

namespace DotProxy.Resolution;

/// <summary>
/// Why a query has no answer, as it is told to the client (RFC 8914) and to the log. Made once per event, not once per query.
/// </summary>
/// <param name="Code">The class of the cause.</param>
/// <param name="Text">Which upstream and why, for a person; sent as EXTRA-TEXT.</param>
/// <param name="CanBeRetried">Whether asking again over a new connection may help; a wrong certificate does not right itself.</param>
/// <param name="IsOverload">Whether it is ours alone: another time the same question may well be answered.</param>
internal sealed record Failure(ExtendedErrorCode Code, string Text, bool CanBeRetried = true, bool IsOverload = false)
{
    public static readonly Failure QueueFull = new(ExtendedErrorCode.NetworkError, "queue full", IsOverload: true);

    public static readonly Failure ShuttingDown = new(ExtendedErrorCode.Other, "shutting down", CanBeRetried: false, IsOverload: true);

    public static readonly Failure MalformedAnswer = new(ExtendedErrorCode.InvalidData, "malformed answer from the upstream");

    private readonly byte[] _utf8Text = Cut(Text);

    public ExtendedError Note => new(Code, _utf8Text);

    /// <summary>The text in UTF-8, cut between characters where it is too long.</summary>
    private static byte[] Cut(string text)
    {
        byte[] octets = new byte[Math.Min(Encoding.UTF8.GetMaxByteCount(text.Length), ExtendedError.MaxText)];
        Utf8.FromUtf16(text, octets, out _, out int length);
        return octets[..length];
    }
}
