using System.Diagnostics.CodeAnalysis;

namespace DotProxy.Dns;

/// <summary>
/// Reads names in presentation form (RFC 1035 §5.1), as people write them and <see cref="DomainName.Format"/> does: <c>\DDD</c> is an
/// octet, <c>\X</c> a character without its meaning; the dot at the end may be missing. Letters keep their case. Allocates.
/// </summary>
internal static class NameText
{
    private const int EscapeDigits = 3;

    /// <param name="fault">What is wrong, in words for people; empty where nothing is.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out byte[]? name, out string fault)
    {
        fault = text.Length == 0 ? "it is empty; the root is written '.'" : "";
        // No character is more than an octet; the first label's length and the closing zero come on top.
        byte[] wire = new byte[text.Length + 2];
        int written = 0;
        for (int position = text == "." ? 1 : 0; position < text.Length && fault.Length == 0;) fault = ReadLabel(text, ref position, wire, ref written);
        if (fault.Length == 0 && written >= WireLimits.Name) fault = $"it is longer than the {WireLimits.Name} octets that a name may have";
        name = fault.Length == 0 ? wire[..(written + 1)] : null;
        return name is not null;
    }

    /// <summary>Appends the label with its length, and moves <paramref name="position"/> behind the dot after it. Returns what is wrong, or nothing.</summary>
    private static string ReadLabel(string text, ref int position, byte[] wire, ref int written)
    {
        int start = written++;
        while (position < text.Length && text[position] != '.')
        {
            if (!TryReadOctet(text, ref position, out byte octet, out string fault)) return fault;
            wire[written++] = octet;
        }
        position++;
        int length = written - start - 1;
        if (length == 0) return "a label between two dots, or before the first, is empty";
        if (length > WireLimits.Label) return $"a label is longer than the {WireLimits.Label} octets that it may have";
        wire[start] = (byte)length;
        return "";
    }

    private static bool TryReadOctet(string text, ref int position, out byte octet, out string fault)
    {
        octet = 0;
        bool isEscape = text[position] == '\\';
        ReadOnlySpan<char> rest = text.AsSpan(isEscape ? ++position : position);
        bool isNumber = isEscape && rest.Length > 0 && char.IsAsciiDigit(rest[0]);
        fault = isNumber ? @"'\' before a digit needs three of them, up to \255"
            : rest.Length == 0 ? @"there is nothing after its last '\'"
            : @"blanks and control characters are written \DDD, names beyond ASCII in their form with xn--";
        if (isNumber ? !TryReadNumber(rest, out octet) : rest.Length == 0 || !TryReadPlain(rest[0], out octet)) return false;
        position += isNumber ? EscapeDigits : 1;
        fault = "";
        return true;
    }

    private static bool TryReadNumber(ReadOnlySpan<char> text, out byte octet)
    {
        octet = 0;
        return text.Length >= EscapeDigits && byte.TryParse(text[..EscapeDigits], System.Globalization.NumberStyles.None, null, out octet);
    }

    private static bool TryReadPlain(char character, out byte octet)
    {
        octet = (byte)character;
        return character is > (char)0x20 and < (char)0x7F;
    }
}
