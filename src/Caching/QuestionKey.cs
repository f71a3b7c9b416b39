using System.Runtime.InteropServices;
using DotProxy.Dns;

namespace DotProxy.Caching;

/// <summary>
/// What answers are remembered by: name without letter case, type, class, and the two flags that change what an upstream
/// answers, DO (RFC 3225 §3) and CD (RFC 4035 §3.2.2). The hash only finds candidates; the question itself is compared.
/// </summary>
internal readonly ref struct QuestionKey
{
    /// <summary>The room that <see cref="Create"/> needs.</summary>
    public const int Room = WireLimits.Question;

    /// <summary>The question with its name in lower case.</summary>
    public ReadOnlySpan<byte> Question { get; private init; }

    public KeyFlags Flags { get; private init; }

    public uint Hash { get; private init; }

    /// <param name="room">Where the question in lower case is written; the key lives as long.</param>
    public static QuestionKey Create(scoped ReadOnlySpan<byte> question, bool dnssecOk, bool checkingDisabled, Span<byte> room)
    {
        KeyFlags flags = (dnssecOk ? KeyFlags.DnssecOk : 0) | (checkingDisabled ? KeyFlags.CheckingDisabled : 0);
        return FromLower(ToLower(question, room), flags);
    }

    /// <summary>The key of a question whose hash is known.</summary>
    public static QuestionKey Create(scoped ReadOnlySpan<byte> question, KeyFlags flags, uint hash, Span<byte> room) =>
        new() { Question = ToLower(question, room), Flags = flags, Hash = hash };

    /// <summary>The key of a question whose name is in lower case already.</summary>
    public static QuestionKey FromLower(ReadOnlySpan<byte> question, KeyFlags flags)
    {
        // Marvin, keyed for each process, so that nobody outside can choose names that collide. It takes pairs of octets.
        uint hash = (uint)string.GetHashCode(MemoryMarshal.Cast<byte, char>(question));
        uint rest = question.Length % 2 == 0 ? 0u : question[^1];
        hash = (hash ^ (rest << 8) ^ (uint)flags) * 0x9E3779B1;
        return new QuestionKey { Question = question, Flags = flags, Hash = hash };
    }

    private static Span<byte> ToLower(scoped ReadOnlySpan<byte> question, Span<byte> room)
    {
        Span<byte> lower = room[..question.Length];
        DomainName.ToLower(question[..^4], lower);
        question[^4..].CopyTo(lower[^4..]);
        return lower;
    }
}

[Flags]
internal enum KeyFlags : byte
{
    None = 0,
    DnssecOk = 1,
    CheckingDisabled = 2,
}
