using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using DotProxy.Dns;

namespace DotProxy.Caching;

/// <summary>
/// Memory that a store owns, in which entries stand: each a header, its message, and octets up to a multiple of eight. Whoever reads
/// while another writes may meet an entry half written: every length is checked.
/// </summary>
internal readonly unsafe struct EntryArena(byte* memory, int length)
{
    private Span<byte> All => new(memory, length);

    public void Prefetch(int position, int octets) => Caching.Prefetch.Range(memory + position, Math.Min(octets, length - position));

    /// <summary>The octets that an entry with such a message takes.</summary>
    public static int LengthOf(int messageLength) => (EntryHeader.Size + messageLength + 7) & ~7;

    /// <summary>Of a gap only the first two fields are its own.</summary>
    public ref EntryHeader HeaderAt(int position)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)position, (uint)(length - (2 * sizeof(uint))));
        return ref Unsafe.AsRef<EntryHeader>(memory + position);
    }

    /// <summary>Room for, or octets of, the message of the entry there.</summary>
    public Span<byte> MessageAt(int position, int messageLength) => All.Slice(position + EntryHeader.Size, messageLength);

    public bool IsOf(in QuestionKey key, int position)
    {
        if (position + EntryHeader.Size + WireLimits.Header + key.Question.Length > length) return false;
        ref EntryHeader header = ref HeaderAt(position);
        return header.QuestionLength == key.Question.Length && header.Flags == key.Flags
            && All.Slice(position + EntryHeader.Size + WireLimits.Header, key.Question.Length).SequenceEqual(key.Question);
    }

    /// <summary>Copies a message out, into a buffer that grows as needed.</summary>
    public bool TryCopy(int position, [NotNull] ref byte[]? buffer, out EntryHeader header)
    {
        buffer ??= new byte[4096];
        header = default;
        if (position < 0 || position + EntryHeader.Size > length) return false;
        header = HeaderAt(position);
        if (position + EntryHeader.Size + header.MessageLength > length) return false;
        if (header.MessageLength > buffer.Length) buffer = new byte[WireLimits.Message];
        MessageAt(position, header.MessageLength).CopyTo(buffer);
        return true;
    }

    /// <summary>The two places may overlap.</summary>
    public void Move(int from, int to, int octets) => All.Slice(from, octets).CopyTo(All[to..]);

    /// <summary>A gap is an entry that no slot of the index points to.</summary>
    public void MarkGap(int position, int octets)
    {
        if (octets > 0) (HeaderAt(position).Hash, HeaderAt(position).Length) = (0, octets);
    }
}
