using DotProxy.Dns;
using DotProxy.Resolution;

namespace DotProxy.Caching;

/// <summary>An entry as a reader's own copy; it lives until the same thread reads again.</summary>
internal readonly ref struct CachedAnswer(EntryHeader header, ReadOnlySpan<byte> message)
{
    private readonly ReadOnlySpan<byte> _message = message;

    public EntryKind Kind => header.Kind;

    public uint StoredAt => header.StoredAt;

    public uint ExpiresAt => header.ExpiresAt;

    public uint RetryAt => header.RetryAt;

    public byte Failures => header.Failures;

    public KeyFlags Flags => header.Flags;

    /// <summary>In lower case.</summary>
    public ReadOnlySpan<byte> Question => _message.Slice(WireLimits.Header, header.QuestionLength);

    public ReadOnlySpan<byte> Message => _message;

    public ushort EssentialLength => header.EssentialLength;

    /// <summary>Of an answer: its parts, as if they had just come.</summary>
    public AnswerParts Parts => AnswerParts.Of(_message, header.QuestionLength, header.EssentialLength);

    /// <summary>Of a failure: its rcode.</summary>
    public Rcode Rcode => Header.TryRead(_message, out Header wire) ? (Rcode)wire.LowRcode : Rcode.ServerFailure;

    /// <summary>Of a failure: why.</summary>
    public ReadOnlySpan<byte> Text => _message[(WireLimits.Header + header.QuestionLength)..];
}

/// <summary>Is shown entries one by one, each for as long as the call lasts.</summary>
internal delegate void EntryVisitor(CachedAnswer answer);
