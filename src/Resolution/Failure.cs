using DotProxy.Dns;

namespace DotProxy.Resolution;

/// <summary>
/// Why a query has no answer, as it is told to the client (RFC 8914) and to the log. Made once per event, not once per query.
/// </summary>
/// <param name="Code">The class of the cause.</param>
/// <param name="Text">Which upstream and why, for a person; sent as EXTRA-TEXT.</param>
/// <param name="CanBeRetried">Whether asking again over a new connection may help; a wrong certificate does not right itself.</param>
internal sealed record Failure(ExtendedErrorCode Code, string Text, bool CanBeRetried = true)
{
    public static readonly Failure QueueFull = new(ExtendedErrorCode.NetworkError, "queue full");

    public static readonly Failure ShuttingDown = new(ExtendedErrorCode.Other, "shutting down", CanBeRetried: false);

    public static readonly Failure MalformedAnswer = new(ExtendedErrorCode.InvalidData, "malformed answer from the upstream");
}
