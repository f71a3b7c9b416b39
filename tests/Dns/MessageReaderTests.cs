using CsCheck;
using DotProxy.Dns;
using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.Dns;

public sealed class MessageReaderTests
{
    [Fact]
    public void Question_and_records_are_read_one_after_the_other_to_the_end()
    {
        byte[] question = Messages.Question("www.example.com", Messages.TypeAaaa, 3);
        var reader = new MessageReader(Messages.Compose(1, HeaderFlags.Response, [question], [Messages.Record(Messages.PointerToQuestion, 65280, 0xFFFFFFFE, [1, 2, 3], 255)]));

        Assert.True(reader.TryReadQuestion(out ReadOnlySpan<byte> read));
        Assert.Equal(question, read.ToArray());
        Assert.False(reader.AtEnd);
        Assert.True(reader.TryReadRecord(out ResourceRecord record));
        Assert.Equal((12 + question.Length, false, (RecordType)65280, 255, 0xFFFFFFFEu), (record.Start, record.OwnerIsRoot, record.Type, record.Class, record.TimeToLive));
        Assert.Equal([1, 2, 3], record.Data.ToArray());
        Assert.True(reader.AtEnd);
    }

    [Fact]
    public void What_cannot_be_read_leaves_the_reader_where_it_was()
    {
        byte[] message = Messages.Answer(Messages.Question("a"))[..^1];
        var reader = new MessageReader(message);
        Assert.True(reader.TryReadQuestion(out _));
        int before = reader.Position;
        Assert.False(reader.TryReadRecord(out _));
        Assert.Equal(before, reader.Position);
        Assert.False(reader.TryReadQuestion(out _));
        Assert.Equal(before, reader.Position);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    [InlineData(65535, false)]
    public void No_more_records_are_skipped_than_there_are(int count, bool expected)
    {
        var reader = new MessageReader(Messages.Answer(Messages.Question("a"), [Messages.Address("192.0.2.1"), Messages.Address("192.0.2.2")]));
        Assert.True(reader.TryReadQuestion(out _));
        Assert.Equal(expected, reader.TrySkipRecords(count));
    }

    [Fact]
    public void A_record_whose_data_runs_past_the_message_is_not_read()
    {
        byte[] record = Messages.Record(Messages.RootName, 1, 0, [1, 2, 3, 4]);
        for (int end = 0; end < record.Length; end++)
        {
            var reader = new MessageReader((byte[])[.. new byte[12], .. record[..end]]);
            Assert.False(reader.TryReadRecord(out _));
        }
    }

    // 30 000 of them, and twice as many in the tests of the screen and the reply writer.
    [Fact]
    public void No_octets_whatever_make_a_reader_throw_or_leave_its_message() =>
        Gen.OneOf(Gen.Byte.Array[0, 120], WireGen.Mutated(WireGen.Query), WireGen.Mutated(WireGen.Question.SelectMany(WireGen.Answer))).Sample(
            message =>
            {
                if (!Header.TryRead(message, out _)) return message.Length < 12;
                var reader = new MessageReader(message);
                bool asked = reader.TryReadQuestion(out ReadOnlySpan<byte> question);
                int steps = 0, last = reader.Position;
                while (reader.TryReadRecord(out ResourceRecord record))
                {
                    if (reader.Position < last + 11 || record.Start != last || ++steps > message.Length) return false;
                    last = reader.Position;
                    if (record.Type == RecordType.Opt && Edns.TryRead(record, out Edns edns) && !ReadsToTheEnd(edns.Options)) return false;
                }
                if (asked) _ = DomainName.Format(question[..^4]);
                _ = DomainName.Format(message);
                return reader.Position <= message.Length;
            }, iter: 30_000);

    [Fact]
    public void Measuring_and_skipping_agree_on_every_name_without_a_pointer() =>
        Gen.OneOf(WireGen.Name, Gen.Byte.Array[0, 300]).Sample(name =>
        {
            bool measured = DomainName.TryMeasure(name, 0, out int length);
            int offset = 0;
            bool skipped = DomainName.TrySkip(name, ref offset);
            // What a pointer ends can only be skipped; what was measured is skipped to the same place.
            return measured ? skipped && offset == length && length is > 0 and <= 255 && name[length - 1] == 0 : !skipped || name[offset - 2] >= 0xC0;
        }, iter: 20_000);

    private static bool ReadsToTheEnd(EdnsOptions options)
    {
        while (options.TryReadNext(out _, out _)) { }
        return options.AtEnd;
    }
}
