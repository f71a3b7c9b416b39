using DotProxy.Dns;

namespace DotProxy.Resolution;

/// <summary>An extended error that we send ourselves (RFC 8914 §2). The default value is none.</summary>
/// <param name="text">EXTRA-TEXT in UTF-8, for a person; at most <see cref="MaxText"/> octets.</param>
internal readonly ref struct ExtendedError(ExtendedErrorCode code, ReadOnlySpan<byte> text)
{
    // Our choice: a sentence that names the upstream and the cause; with a long name it all stays within 512 octets.
    public const int MaxText = 200;

    private readonly bool _isSome = true;

    public ExtendedErrorCode Code => code;

    public ReadOnlySpan<byte> Text { get; } = text;

    public bool IsNone => !_isSome;
}
