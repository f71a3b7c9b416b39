namespace DotProxy.Tests.Fakes;

/// <summary>Answers that say how long the connection may be idle (RFC 7828).</summary>
internal static class KeepaliveAnswer
{
    /// <param name="timeout">In units of 100 ms.</param>
    public static byte[] To(byte[] query, byte timeout)
    {
        byte[] option = Messages.Option(Messages.OptionKeepalive, [0, timeout]);
        // The OPT record is the last one of such an answer, and empty.
        return [.. Wire.Answer(query).AsSpan()[..^2], 0, (byte)option.Length, .. option];
    }

    /// <summary>Whether the query asks for it.</summary>
    public static bool IsAskedBy(byte[] query) => new ParsedMessage(query).Opt!.Options.Any(option => option.Code == Messages.OptionKeepalive);
}
