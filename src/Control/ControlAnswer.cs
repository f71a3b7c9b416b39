using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace DotProxy.Control;

/// <summary>
/// What goes over the control socket: one request in a line, one answer, and the connection ends. A name is in presentation form
/// (RFC 1035 §5.1), which has no blank and no line end; octets of the text are counted so that one cut off is noticed.
/// <code>
/// request = ( "figures" / "show" SP name / "flush" SP name / "flush-all" ) LF
/// answer  = "ok" SP octets LF text  /  "refused" SP octets LF text
/// </code>
/// </summary>
/// <param name="Text">For people: lines where it was done, one where it was refused.</param>
internal sealed record ControlAnswer(bool IsDone, string Text)
{
    public const string Figures = "figures", Show = "show", Flush = "flush", FlushAll = "flush-all";

    private const string Done = "ok", NotDone = "refused";

    public static ControlAnswer Refused(string reason) => new(false, reason);

    public byte[] Encode()
    {
        int octets = Encoding.UTF8.GetByteCount(Text);
        return Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{(IsDone ? Done : NotDone)} {octets}\n{Text}"));
    }

    /// <summary>False where it is cut off, or none of ours.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> octets, [NotNullWhen(true)] out ControlAnswer? answer)
    {
        answer = null;
        int end = octets.IndexOf((byte)'\n');
        if (end < 0 || Encoding.UTF8.GetString(octets[..end]).Split(' ') is not [Done or NotDone, var length] words) return false;
        ReadOnlySpan<byte> text = octets[(end + 1)..];
        if (!int.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out int count) || count != text.Length) return false;
        answer = new ControlAnswer(words[0] == Done, Encoding.UTF8.GetString(text));
        return true;
    }
}
