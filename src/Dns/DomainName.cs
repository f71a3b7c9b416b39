using System.Runtime.Intrinsics;
using System.Text;

namespace DotProxy.Dns;

/// <summary>Names on the wire (RFC 1035 §3.1, §4.1.4): labels, each behind its length, closed by a zero or a pointer.</summary>
internal static class DomainName
{
    private const int PointerMask = 0xC0;

    /// <summary>
    /// The length in octets of the uncompressed name at <paramref name="offset"/>, its closing zero included. False where it
    /// runs past the message, has a label over 63 or is over 255 octets, or holds a pointer: a question's name comes first
    /// in its message, so nothing stands before it that it could point to.
    /// </summary>
    public static bool TryMeasure(ReadOnlySpan<byte> message, int offset, out int length)
    {
        length = 0;
        int position = offset;
        while ((uint)position < (uint)message.Length)
        {
            int label = message[position];
            if (label > WireLimits.Label) return false;
            position += label + 1;
            if (position - offset > WireLimits.Name) return false;
            if (label != 0) continue;
            length = position - offset;
            return true;
        }
        return false;
    }

    /// <summary>
    /// Moves <paramref name="offset"/> behind the name there, which may end in a pointer. Pointers are not followed, so that no
    /// loop can hold us; they must point backwards (RFC 1035 §4.1.4: to a prior occurrence).
    /// </summary>
    public static bool TrySkip(ReadOnlySpan<byte> message, ref int offset)
    {
        int position = offset;
        while ((uint)position < (uint)message.Length)
        {
            int label = message[position];
            if ((label & PointerMask) == PointerMask) return TrySkipPointer(message, label, position, ref offset);
            if (label > WireLimits.Label) return false;
            position += label + 1;
            if (position - offset > WireLimits.Name) return false;
            if (label != 0) continue;
            offset = position;
            return true;
        }
        return false;
    }

    private static bool TrySkipPointer(ReadOnlySpan<byte> message, int high, int position, ref int offset)
    {
        if (position + 1 >= message.Length) return false;
        int target = ((high & ~PointerMask) << 8) | message[position + 1];
        if (target >= position || target < WireLimits.Header) return false;
        offset = position + 2;
        return true;
    }

    /// <summary>
    /// Whether two questions ask the same, letter case aside (RFC 4343). Type and class are compared to the bit.
    /// </summary>
    public static bool QuestionsMatch(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        if (left.Length != right.Length || left.Length < 5) return false;
        // Length octets are at most 63, below every letter: the name can be compared as one run of ASCII.
        return left[^4..].SequenceEqual(right[^4..]) && EqualsIgnoreCase(left[..^4], right[..^4]);
    }

    /// <summary>Copies a name with its letters A to Z in lower case (RFC 4034 §6.2); its length octets are below all letters.</summary>
    public static void ToLower(ReadOnlySpan<byte> name, Span<byte> destination)
    {
        if (name.Length < Vector128<byte>.Count)
        {
            for (int i = 0; i < name.Length; i++) destination[i] = char.IsAsciiLetterUpper((char)name[i]) ? (byte)(name[i] | 0x20) : name[i];
            return;
        }
        int last = name.Length - Vector128<byte>.Count;
        for (int i = 0; i < last; i += Vector128<byte>.Count) SixteenToLower(name[i..], destination[i..]);
        SixteenToLower(name[last..], destination[last..]);
    }

    private static void SixteenToLower(ReadOnlySpan<byte> name, Span<byte> destination)
    {
        var octets = Vector128.Create(name);
        Vector128<byte> isUpper = Vector128.LessThanOrEqual(octets - Vector128.Create((byte)'A'), Vector128.Create((byte)('Z' - 'A')));
        (octets | (isUpper & Vector128.Create((byte)0x20))).CopyTo(destination);
    }

    private static bool EqualsIgnoreCase(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        if (left.SequenceEqual(right)) return true;
        for (int i = 0; i < left.Length; i++)
        {
            if (left[i] != right[i] && (!char.IsAsciiLetter((char)left[i]) || (left[i] ^ right[i]) != 0x20)) return false;
        }
        return true;
    }

    /// <summary>The name without its first label, as part of it; false for the root.</summary>
    public static bool TryGetParent(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> parent)
    {
        bool isRoot = name.Length <= 1;
        parent = isRoot ? default : name[(name[0] + 1)..];
        return !isRoot;
    }

    /// <summary>The name in presentation form (RFC 1035 §5.1), for messages to people. Allocates.</summary>
    public static string Format(ReadOnlySpan<byte> name)
    {
        if (name.Length <= 1) return ".";
        var text = new StringBuilder(name.Length);
        for (int position = 0; position < name.Length && name[position] != 0; position += name[position] + 1)
        {
            int end = Math.Min(position + 1 + name[position], name.Length);
            foreach (byte octet in name[(position + 1)..end]) AppendOctet(text, octet);
            text.Append('.');
        }
        return text.ToString();
    }

    private static void AppendOctet(StringBuilder text, byte octet)
    {
        if (octet is (byte)'.' or (byte)'\\') text.Append('\\').Append((char)octet);
        else if (octet is > 0x20 and < 0x7F) text.Append((char)octet);
        else text.Append('\\').Append(octet.ToString("D3", null));
    }
}
