using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using DotProxy.Bench.Synthetic;
using DotProxy.Dns;

namespace DotProxy.Bench.Load;

/// <summary>
/// Queries by number. Unique names, that nobody has asked before: <c>u</c>, four digits for the run, eight for the number, all
/// hexadecimal. Hot names, the same in every run: <c>h</c>, four zeros, eight digits. All queries have the same length.
/// </summary>
internal sealed class LoadNames
{
    public const int QueryLength = WireLimits.Header + NameLength + 4;

    /// <summary>The bit of a number that makes its name a hot one.</summary>
    public const uint Hot = 1u << 31;

    private const int NameLength = 29;
    private const int NumberOffset = WireLimits.Header + 6;
    private static readonly StandardFormat s_digits = new('x', 8);

    private readonly byte[] _unique;
    private readonly byte[] _hot = Template('h', 0);

    public LoadNames(ushort run) => _unique = Template('u', run);

    public void WriteQuery(Span<byte> destination, ushort id, uint number)
    {
        byte[] template = (number & Hot) != 0 ? _hot : _unique;
        template.CopyTo(destination);
        BinaryPrimitives.WriteUInt16BigEndian(destination, id);
        Utf8Formatter.TryFormat(number & ~Hot, destination[NumberOffset..], out _, s_digits);
    }

    /// <summary>Whether the message asks what query <paramref name="number"/> asked.</summary>
    public bool Asks(ReadOnlySpan<byte> message, uint number)
    {
        Span<byte> query = stackalloc byte[QueryLength];
        WriteQuery(query, id: 0, number);
        return message.Length >= QueryLength && message[4..6].SequenceEqual(query[4..6])
            && message[WireLimits.Header..QueryLength].SequenceEqual(query[WireLimits.Header..]);
    }

    /// <summary>Whether it answers its question NOERROR with the address that the name has.</summary>
    public static bool AnswersRightly(ReadOnlySpan<byte> message)
    {
        var reader = new MessageReader(message);
        return Header.TryRead(message, out Header header) && header.LowRcode == (int)Rcode.NoError && header.AnswerCount == 1
            && reader.TryReadQuestion(out ReadOnlySpan<byte> question)
            && reader.TryReadRecord(out ResourceRecord record) && record.Data.Length == sizeof(uint)
            && BinaryPrimitives.ReadUInt32BigEndian(record.Data) == SyntheticZone.AddressOf(question[..^4]);
    }

    private static byte[] Template(char kind, ushort run)
    {
        byte[] template = new byte[QueryLength];
        new Header(0, HeaderFlags.RecursionDesired, 1, 0, 0, 0).Write(template);
        string name = string.Create(CultureInfo.InvariantCulture, $"\r{kind}{run:x4}00000000\u0005bench\aexample\0");
        Encoding.ASCII.GetBytes(name, template.AsSpan(WireLimits.Header));
        BinaryPrimitives.WriteUInt16BigEndian(template.AsSpan(WireLimits.Header + NameLength), SyntheticZone.AddressType);
        BinaryPrimitives.WriteUInt16BigEndian(template.AsSpan(WireLimits.Header + NameLength + 2), SyntheticZone.InternetClass);
        return template;
    }
}
