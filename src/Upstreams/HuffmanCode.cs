namespace DotProxy.Upstreams;

/// <summary>
/// The code that strings in header fields are compressed with (RFC 7541 §5.2, appendix B). It is canonical: codes of one length follow
/// each other in the order of their symbols, so that the lengths tell everything.
/// </summary>
internal static class HuffmanCode
{
    private const int Longest = 30, Symbols = 257, EndOfString = 256;

    // No padding is as long as an octet (RFC 7541 §5.2).
    private const int LongestPadding = 7;

    private static readonly int[] s_count = new int[Longest + 1], s_firstCode = new int[Longest + 1], s_firstIndex = new int[Longest + 1];
    private static readonly short[] s_symbols = Sort();

    private static ReadOnlySpan<byte> Lengths =>
    [
        13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
        6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
        13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
        15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
        20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
        22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
        26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
        20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
        30,
    ];

    /// <summary>The octets that a string of this length decodes to at most: the shortest code has five bits.</summary>
    public static int MaxDecoded(int length) => length * 8 / 5;

    /// <summary>Decodes into room for <see cref="MaxDecoded"/> octets; false where a code is unknown, or the padding is not ones alone.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> text, Span<byte> destination, out int length)
    {
        length = 0;
        int code = 0, bits = 0;
        foreach (byte octet in text)
        {
            for (int bit = 7; bit >= 0; bit--)
            {
                code = (code << 1) | ((octet >> bit) & 1);
                if (++bits > Longest) return false;
                int offset = code - s_firstCode[bits];
                if (offset < 0 || offset >= s_count[bits]) continue;
                short symbol = s_symbols[s_firstIndex[bits] + offset];
                if (symbol == EndOfString) return false;
                destination[length++] = (byte)symbol;
                code = bits = 0;
            }
        }
        return bits <= LongestPadding && code == (1 << bits) - 1;
    }

    private static short[] Sort()
    {
        var symbols = new short[Symbols];
        int index = 0, code = 0;
        for (int length = 1; length <= Longest; length++)
        {
            (s_firstCode[length], s_firstIndex[length]) = (code <<= 1, index);
            for (short symbol = 0; symbol < Symbols; symbol++)
            {
                if (Lengths[symbol] == length) symbols[index++] = symbol;
            }
            s_count[length] = index - s_firstIndex[length];
            code += s_count[length];
        }
        return symbols;
    }
}
