using System.Buffers.Binary;
using System.Text;
using DotProxy.Dns;

namespace DotProxy.Tests.Fakes;

/// <summary>
/// Writes messages octet by octet (RFC 1035 §4.1), good and bad ones, with nothing of the program's own writer: what it reads
/// here, another hand has written.
/// </summary>
internal static class Messages
{
    public const int TypeA = 1, TypeSoa = 6, TypeTxt = 16, TypeAaaa = 28, TypeOpt = 41, TypeIxfr = 251, TypeAxfr = 252;
    public const int ClassIn = 1;
    public const int DnssecOk = 0x8000;
    public const int OptionNsid = 3, OptionClientSubnet = 8, OptionCookie = 10, OptionKeepalive = 11, OptionPadding = 12, OptionExtendedError = 15;

    /// <summary>The owner name of most records in answers: a pointer to the question's.</summary>
    public static readonly byte[] PointerToQuestion = [0xC0, 0x0C];

    public static readonly byte[] RootName = [0];

    public static byte[] Name(string dotted)
    {
        string[] labels = dotted.TrimEnd('.').Split('.', StringSplitOptions.RemoveEmptyEntries);
        return [.. labels.SelectMany(label => (byte[])[(byte)label.Length, .. Encoding.ASCII.GetBytes(label)]), 0];
    }

    public static byte[] Question(string name, int type = TypeA, int @class = ClassIn) => Question(Name(name), type, @class);

    public static byte[] Question(byte[] name, int type = TypeA, int @class = ClassIn) => [.. name, .. Word(type), .. Word(@class)];

    public static byte[] Query(
        string name, int type = TypeA, int id = 0x1234, HeaderFlags flags = HeaderFlags.RecursionDesired, byte[]? opt = null) =>
        Query(Question(name, type), id, flags, opt);

    public static byte[] Query(byte[] question, int id = 0x1234, HeaderFlags flags = HeaderFlags.RecursionDesired, byte[]? opt = null) =>
        Compose(id, flags, [question], additional: opt is null ? [] : [opt]);

    /// <summary>An upstream's answer to this question.</summary>
    public static byte[] Answer(
        byte[] question, byte[][]? answers = null, byte[]? opt = null, HeaderFlags flags = HeaderFlags.None, int id = 0x4321) =>
        Compose(
            id, HeaderFlags.Response | HeaderFlags.RecursionDesired | HeaderFlags.RecursionAvailable | flags, [question],
            answers ?? [Address("192.0.2.1")], additional: opt is null ? [] : [opt]);

    /// <summary>A message with these sections; the counts tell what is there, unless <paramref name="questionCount"/> lies.</summary>
    public static byte[] Compose(
        int id, HeaderFlags flags, byte[][] questions, byte[][]? answers = null, byte[][]? authority = null, byte[][]? additional = null,
        int? questionCount = null)
    {
        byte[][] sections = [.. questions, .. answers ?? [], .. authority ?? [], .. additional ?? []];
        return
        [
            .. Word(id), .. Word((int)flags), .. Word(questionCount ?? questions.Length), .. Word(answers?.Length ?? 0),
            .. Word(authority?.Length ?? 0), .. Word(additional?.Length ?? 0), .. sections.SelectMany(section => section),
        ];
    }

    public static byte[] Record(byte[] owner, int type, uint ttl, byte[] data, int @class = ClassIn) =>
        [.. owner, .. Word(type), .. Word(@class), .. Long(ttl), .. Word(data.Length), .. data];

    /// <summary>An address record for the question's name.</summary>
    public static byte[] Address(string address, uint ttl = 300) =>
        Record(PointerToQuestion, TypeA, ttl, System.Net.IPAddress.Parse(address).GetAddressBytes());

    /// <summary>Records of the question's name that have this many octets together.</summary>
    public static byte[][] Filling(int length, int type = TypeTxt)
    {
        const int overhead = 12, most = 200;
        var records = new List<byte[]>();
        while (length > 0)
        {
            int part = length <= most ? length : Math.Min(most, length - overhead);
            records.Add(Record(PointerToQuestion, type, 60, [.. Enumerable.Range(0, part - overhead).Select(i => (byte)i)]));
            length -= part;
        }
        return [.. records];
    }

    /// <param name="payloadSize">Stands where other records have their class.</param>
    /// <param name="flags">DO and Z.</param>
    /// <param name="options">As <see cref="Option"/> writes them.</param>
    public static byte[] Opt(int payloadSize = 1232, int extendedRcode = 0, int version = 0, int flags = 0, params byte[][] options) =>
        Record(RootName, TypeOpt, ((uint)extendedRcode << 24) | ((uint)version << 16) | (uint)flags, [.. options.SelectMany(option => option)], payloadSize);

    public static byte[] Option(int code, params byte[] data) => [.. Word(code), .. Word(data.Length), .. data];

    public static byte[] ExtendedError(int code, string text = "") =>
        Option(OptionExtendedError, [.. Word(code), .. Encoding.UTF8.GetBytes(text)]);

    public static byte[] Word(int value)
    {
        byte[] octets = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(octets, (ushort)value);
        return octets;
    }

    private static byte[] Long(uint value)
    {
        byte[] octets = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(octets, value);
        return octets;
    }
}
