using DotProxy.Dns;

namespace DotProxy.Caching;

/// <summary>An entry on its way into the cache.</summary>
internal readonly ref struct NewEntry
{
    /// <summary>All but what the key and the place say.</summary>
    public EntryHeader Header { get; private init; }

    /// <summary>The wire header that its readers see.</summary>
    public Header Wire { get; private init; }

    /// <summary>Records without OPT, as they stood behind the question; or a failure's text.</summary>
    public ReadOnlySpan<byte> Body { get; private init; }

    public int MessageLength => Header.MessageLength;

    public static NewEntry Create(EntryHeader header, in QuestionKey key, Header wire, ReadOnlySpan<byte> body) => new()
    {
        Header = header with
        {
            QuestionLength = (ushort)key.Question.Length,
            MessageLength = (ushort)(WireLimits.Header + key.Question.Length + body.Length),
        },
        Wire = wire,
        Body = body,
    };

    public void CopyMessage(in QuestionKey key, Span<byte> destination)
    {
        Wire.Write(destination);
        key.Question.CopyTo(destination[WireLimits.Header..]);
        Body.CopyTo(destination[(WireLimits.Header + key.Question.Length)..]);
    }
}
