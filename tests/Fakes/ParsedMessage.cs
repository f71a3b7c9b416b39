using System.Buffers.Binary;
using System.Text;
using DotProxy.Dns;

namespace DotProxy.Tests.Fakes;

/// <summary>
/// A message read by another hand than the program's: strict, and to the last octet. Whatever is malformed throws, and the
/// test fails.
/// </summary>
internal sealed class ParsedMessage
{
    private readonly byte[] _message;
    private int _position = 12;

    public ParsedMessage(ReadOnlySpan<byte> message)
    {
        _message = message.ToArray();
        Questions = ReadAll(Word(4), ReadQuestion);
        Answers = ReadAll(Word(6), ReadRecord);
        Authority = ReadAll(Word(8), ReadRecord);
        List<ParsedRecord> additional = ReadAll(Word(10), ReadRecord);
        Assert.Equal(_message.Length, _position);

        ParsedRecord[] opts = [.. additional.Where(record => record.Type == Messages.TypeOpt)];
        Assert.True(opts.Length <= 1, "more than one OPT record (RFC 6891 §6.1.1)");
        Opt = opts is [var opt] ? new ParsedOpt(opt) : null;
        Additional = [.. additional.Except(opts)];
    }

    public int Length => _message.Length;

    public int Id => Word(0);

    public HeaderFlags Flags => (HeaderFlags)Word(2);

    public int Opcode => (Word(2) >> 11) & 15;

    /// <summary>With the upper eight bits of OPT, if there is one.</summary>
    public int Rcode => (Word(2) & 15) | ((Opt?.ExtendedRcode ?? 0) << 4);

    public IReadOnlyList<byte[]> Questions { get; }

    public IReadOnlyList<ParsedRecord> Answers { get; }

    public IReadOnlyList<ParsedRecord> Authority { get; }

    /// <summary>Without OPT.</summary>
    public IReadOnlyList<ParsedRecord> Additional { get; }

    public ParsedOpt? Opt { get; }

    public bool IsResponse => Has(HeaderFlags.Response);

    public bool IsTruncated => Has(HeaderFlags.Truncated);

    public bool Has(HeaderFlags flag) => (Flags & flag) != 0;

    private static List<T> ReadAll<T>(int count, Func<T> read) => [.. Enumerable.Range(0, count).Select(_ => read())];

    private byte[] ReadQuestion()
    {
        int start = _position;
        SkipName();
        _position += 4;
        return _message[start.._position];
    }

    private ParsedRecord ReadRecord()
    {
        int start = _position;
        SkipName();
        int fields = _position, dataLength = Word(fields + 8);
        _position = fields + 10 + dataLength;
        return new ParsedRecord(
            _message[start..fields], Word(fields), Word(fields + 2), BinaryPrimitives.ReadUInt32BigEndian(_message.AsSpan(fields + 4)),
            _message[(fields + 10).._position]);
    }

    private void SkipName()
    {
        while (_message[_position] is > 0 and < 0xC0) _position += _message[_position] + 1;
        _position += _message[_position] == 0 ? 1 : 2;
    }

    private int Word(int offset) => BinaryPrimitives.ReadUInt16BigEndian(_message.AsSpan(offset));
}

internal sealed record ParsedRecord(byte[] Owner, int Type, int Class, uint TimeToLive, byte[] Data);

internal sealed class ParsedOpt
{
    public ParsedOpt(ParsedRecord record)
    {
        Assert.Equal([0], record.Owner);
        PayloadSize = record.Class;
        ExtendedRcode = (int)(record.TimeToLive >> 24);
        Version = (int)(record.TimeToLive >> 16) & 0xFF;
        Flags = (int)record.TimeToLive & 0xFFFF;
        var options = new List<(int Code, byte[] Data)>();
        for (int position = 0; position < record.Data.Length; position += 4 + options[^1].Data.Length)
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(record.Data.AsSpan(position + 2));
            options.Add((BinaryPrimitives.ReadUInt16BigEndian(record.Data.AsSpan(position)), record.Data[(position + 4)..(position + 4 + length)]));
        }
        Options = options;
    }

    public int PayloadSize { get; }

    public int ExtendedRcode { get; }

    public int Version { get; }

    /// <summary>DO and Z.</summary>
    public int Flags { get; }

    public bool DnssecOk => (Flags & Messages.DnssecOk) != 0;

    public IReadOnlyList<(int Code, byte[] Data)> Options { get; }

    /// <summary>The extended errors (RFC 8914 §2): code, and text that is valid UTF-8.</summary>
    public IReadOnlyList<(int Code, string Text)> ExtendedErrors =>
        [.. Options.Where(option => option.Code == Messages.OptionExtendedError)
            .Select(option => ((int)BinaryPrimitives.ReadUInt16BigEndian(option.Data), new UTF8Encoding(false, true).GetString(option.Data.AsSpan(2))))];
}
