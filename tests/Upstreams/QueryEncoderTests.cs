using CsCheck;
using DotProxy.Dns;
using DotProxy.Tests.Fakes;
using DotProxy.Upstreams;

namespace DotProxy.Tests.Upstreams;

public sealed class QueryEncoderTests
{
    private const HeaderFlags Passed = HeaderFlags.RecursionDesired | HeaderFlags.AuthenticData | HeaderFlags.CheckingDisabled;

    [Fact]
    public void Any_accepted_query_goes_out_with_its_question_its_flags_and_an_OPT_of_our_own() =>
        Gen.Select(WireGen.Query, Gen.UShort).Sample((query, id) =>
        {
            var asked = new ParsedMessage(query);
            byte[] room = new byte[QueryEncoder.MaxLength];
            int length = QueryEncoder.Write(new FakeQuery(query), id, room);
            var sent = new ParsedMessage(room.AsSpan(WireLimits.StreamLength, length - WireLimits.StreamLength));
            return sent.Id == id && sent.Flags == (asked.Flags & Passed) && sent.Questions.Single().SequenceEqual(asked.Questions.Single())
                && sent.Opt is { PayloadSize: 1232, Version: 0, ExtendedRcode: 0 } opt && opt.DnssecOk == (asked.Opt?.DnssecOk ?? false)
                && sent.Answers.Count + sent.Authority.Count + sent.Additional.Count == 0
                && room.AsSpan(length).IndexOfAnyExcept((byte)0) < 0;
        }, iter: 10_000);

    [Fact]
    public void The_longest_question_needs_just_the_room_that_is_kept()
    {
        byte[] name = [.. Enumerable.Repeat((byte[])[62, .. new byte[62]], 4).SelectMany(label => label), 1, 1, 0];
        byte[] room = new byte[QueryEncoder.MaxLength];
        Assert.Equal(QueryEncoder.MaxLength, QueryEncoder.Write(new FakeQuery(Messages.Query(Messages.Question(name))), 1, room));
    }

    [Fact]
    public void Several_queries_stand_one_behind_the_other_as_one_record_carries_them()
    {
        byte[] record = new byte[4 * QueryEncoder.MaxLength];
        int end = 0;
        for (int i = 0; i < 4; i++) end += QueryEncoder.Write(new FakeQuery($"n{i}.example.com"), (ushort)i, record.AsSpan(end));
        for (int i = 0, position = 0; i < 4; i++)
        {
            int length = (record[position] << 8) | record[position + 1];
            var sent = new ParsedMessage(record.AsSpan(position + 2, length));
            Assert.Equal(i, sent.Id);
            Assert.Equal([Messages.Question($"n{i}.example.com")], sent.Questions);
            position += 2 + length;
            if (i == 3) Assert.Equal(end, position);
        }
    }
}
