using System.Buffers.Binary;
using System.Text;
using DotProxy.Dns;

namespace DotProxy.Tests.Fakes;

/// <summary>Questions and the answers that the fake upstream has to them, for tests over sockets; on top of <see cref="Messages"/>.</summary>
internal static class Wire
{
    public const ushort TypeA = 1, TypeTxt = 16;

    /// <summary>A query with RD; <paramref name="payloadSize"/> adds an OPT record.</summary>
    public static byte[] Query(ushort id, string name, ushort type = TypeA, ushort? payloadSize = null) =>
        Messages.Query(name, type, id, opt: payloadSize is { } size ? [0, 0, 41, .. U16(size), 0, 0, 0, 0, 0, 0] : null);

    /// <summary>An answer as the synthetic upstream gives it: an address made from the name, or as much text as its first label says.</summary>
    public static byte[] Answer(byte[] query)
    {
        ReadOnlySpan<byte> question = Question(query);
        string name = NameOf(query);
        ushort type = BinaryPrimitives.ReadUInt16BigEndian(question[^4..]);
        byte[] data = type == TypeTxt ? Text(int.Parse(name.Split('.', '-')[1], null)) : Address(name);
        return
        [
            query[0], query[1], 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 1, .. question,
            0xC0, 12, .. U16(type), 0, 1, 0, 0, 1, 0x2C, .. U16((ushort)data.Length), .. data,
            0, 0, 41, 0x04, 0xD0, 0, 0, 0, 0, 0, 0,
        ];
    }

    /// <summary>A bare error: header and question.</summary>
    public static byte[] Error(byte[] query, int rcode) => [query[0], query[1], 0x81, (byte)(0x80 | rcode), 0, 1, 0, 0, 0, 0, 0, 0, .. Question(query)];

    public static ushort Id(ReadOnlySpan<byte> message) => BinaryPrimitives.ReadUInt16BigEndian(message);

    public static int Rcode(ReadOnlySpan<byte> message) => message[3] & 15;

    public static bool IsTruncated(ReadOnlySpan<byte> message) => (message[2] & 2) != 0;

    /// <summary>Whether this is the answer that <see cref="Answer"/> gives to that question, with the client's ID.</summary>
    public static bool IsAnswerTo(ReadOnlySpan<byte> message, byte[] query) =>
        message.Length > 16 && Id(message) == Id(query) && Rcode(message) == 0 && message[12..].StartsWith(Question(query))
        && message[(12 + Question(query).Length + 12)..].StartsWith(Address(NameOf(query)));

    /// <summary>The text of the first extended error (RFC 8914) in the message's OPT record, which must be its last record.</summary>
    public static string ExtendedErrorText(ReadOnlySpan<byte> message)
    {
        int opt = 12 + Question(message).Length;
        if (message.Length < opt + 17 || message[opt + 2] != 41 || message[opt + 12] != 15) return "";
        int length = BinaryPrimitives.ReadUInt16BigEndian(message[(opt + 13)..]);
        return Encoding.UTF8.GetString(message.Slice(opt + 17, length - 2));
    }

    public static int ExtendedErrorCode(ReadOnlySpan<byte> message) =>
        BinaryPrimitives.ReadUInt16BigEndian(message[(12 + Question(message).Length + 15)..]);

    public static string NameOf(ReadOnlySpan<byte> message) => DomainName.Format(Question(message)[..^4]);

    public static ReadOnlySpan<byte> Question(ReadOnlySpan<byte> message)
    {
        int end = 12;
        while (message[end] != 0) end += message[end] + 1;
        return message[12..(end + 5)];
    }

    public static byte[] Framed(byte[] message) => [.. U16((ushort)message.Length), .. message];

    private static byte[] Address(string name)
    {
        uint hash = 2166136261;
        foreach (char letter in name.ToUpperInvariant()) hash = (hash ^ letter) * 16777619;
        return [(byte)(hash >> 24), (byte)(hash >> 16), (byte)(hash >> 8), (byte)hash];
    }

    private static byte[] Text(int length)
    {
        List<byte> data = [];
        for (int rest = length; rest > 0; rest -= 255)
        {
            int part = Math.Min(rest, 255);
            data.Add((byte)part);
            data.AddRange(Enumerable.Repeat((byte)'x', part));
        }
        return [.. data];
    }

    private static byte[] U16(ushort value) => [(byte)(value >> 8), (byte)value];
}
