using System.Diagnostics.CodeAnalysis;

namespace DotProxy.Dns;

/// <summary>Reads host names as people write them: labels of letters, digits, hyphens and underscores, with or without the last dot.</summary>
internal static class HostName
{
    /// <summary>The name on the wire, in lower case. False where it is none, or the root.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out byte[]? name)
    {
        name = null;
        if (text.EndsWith('.')) text = text[..^1];
        Span<byte> octets = stackalloc byte[WireLimits.Name];
        int length = 0;
        for (bool isMore = true; isMore;)
        {
            int dot = text.IndexOf('.');
            ReadOnlySpan<char> label = dot < 0 ? text : text[..dot];
            isMore = dot >= 0;
            text = text[(dot + 1)..];
            if (label.Length is 0 or > WireLimits.Label || length + label.Length + 2 > WireLimits.Name) return false;
            octets[length++] = (byte)label.Length;
            foreach (char character in label)
            {
                if (!char.IsAsciiLetterOrDigit(character) && character is not ('-' or '_')) return false;
                octets[length++] = (byte)char.ToLowerInvariant(character);
            }
        }
        octets[length++] = 0;
        name = octets[..length].ToArray();
        return true;
    }

    /// <summary>A name that the program itself writes.</summary>
    public static byte[] Parse(ReadOnlySpan<char> text) => TryParse(text, out byte[]? name) ? name : throw new ArgumentException("not a name", nameof(text));
}
