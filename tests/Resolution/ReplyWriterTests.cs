using CsCheck;
using DotProxy.Dns;
using DotProxy.Resolution;
using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.Resolution;

public sealed class ReplyWriterTests
{
    private static readonly Gen<(byte[] Query, byte[] Answer)> s_exchange =
        WireGen.Query.SelectMany(query => WireGen.Answer(QuestionOf(query)).Select(answer => (query, answer)));

    private static readonly Gen<(byte[] Query, byte[] Answer)> s_brokenExchange =
        WireGen.Query.SelectMany(query => Gen.OneOf(WireGen.Mutated(WireGen.Answer(QuestionOf(query))), Gen.Byte.Array[12, 200]).Select(answer => (query, answer)));

    [Fact]
    public void A_reply_never_exceeds_its_limit_and_always_carries_the_clients_ID_and_question() =>
        Gen.Select(s_exchange, Gen.Bool).Sample((exchange, udp) =>
        {
            ParsedMessage reply = Reply(exchange.Query, Outcome.Answered(exchange.Answer), udp, out int limit);
            return reply.Length <= limit && IsFor(exchange.Query, reply) && reply.Has(HeaderFlags.RecursionAvailable);
        }, iter: 10_000);

    [Fact]
    public void What_fits_comes_back_whole_and_what_does_not_is_marked() =>
        Gen.Select(s_exchange, Gen.Bool).Sample((exchange, udp) =>
        {
            ParsedMessage answer = new(exchange.Answer), reply = Reply(exchange.Query, Outcome.Answered(exchange.Answer), udp, out int limit);
            bool hasRecords = answer.Answers.Count + answer.Authority.Count > 0;
            if (hasRecords && reply.Answers.Count + reply.Authority.Count + reply.Additional.Count == 0) return reply.IsTruncated;
            // Records behind OPT may be left out (the generator puts one before it), and all additional ones where they do not
            // fit; nothing else may, and nothing may change.
            ParsedRecord[] additional = [.. answer.Opt is null ? answer.Additional : answer.Additional.Take(1)];
            int whole = Reply(exchange.Query, Outcome.Answered(exchange.Answer), udp: false, out _).Length;
            // (It may be an extended error alone that did not fit.)
            bool isAdditionalRight = Same(additional, reply.Additional) || (whole > limit && reply.Additional.Count == 0);
            return Same(answer.Answers, reply.Answers) && Same(answer.Authority, reply.Authority) && isAdditionalRight;
        }, iter: 6_000);

    [Fact]
    public void No_octets_from_an_upstream_make_a_reply_throw_or_outgrow_its_room() =>
        s_brokenExchange.Sample((query, octets) =>
        {
            ParsedHeaderOnly(Write(query, Outcome.Answered(octets), udp: true, out int limit), query, limit);
            ParsedHeaderOnly(Write(query, Outcome.Answered(octets), udp: false, out limit), query, limit);
        }, iter: 25_000);

    [Fact]
    public void An_error_of_our_own_is_written_for_any_query_whatever_the_text() =>
        Gen.Select(WireGen.Query, Gen.String[0, 400]).Sample((query, text) =>
        {
            ParsedMessage reply = Reply(query, Outcome.Failed(new Failure(ExtendedErrorCode.Other, text)), udp: true, out int limit);
            return reply.Length <= limit && IsFor(query, reply) && reply.Rcode == 2 && (reply.Opt?.ExtendedErrors.Count ?? 1) == 1;
        }, iter: 3_000);

    [Fact]
    public void The_most_room_that_is_said_to_be_needed_is_enough_for_the_longest_message()
    {
        byte[] question = Messages.Question("a"), query = Messages.Query(question);
        byte[] answer = Messages.Answer(question, Messages.Filling(65535 - 12 - question.Length));
        Assert.Equal(65535, answer.Length);
        Assert.Equal(65535, Reply(query, Outcome.Answered(answer), udp: false, out _).Length);
        Assert.Equal(65535, ReplyWriter.MaxLength(Outcome.Answered(answer)));
    }

    private static ParsedMessage Reply(byte[] query, in Outcome outcome, bool udp, out int limit) => new(Write(query, outcome, udp, out limit));

    private static byte[] Write(byte[] query, in Outcome outcome, bool udp, out int limit)
    {
        ScreenedMessage screened = QueryScreen.Screen(query);
        limit = udp ? screened.Requestor.UdpLimit : ReplyWriter.MaxLength(outcome);
        byte[] room = new byte[limit];
        return room[..ReplyWriter.Write(screened.Requestor, screened.Question, outcome, room)];
    }

    /// <summary>Records that the upstream garbled may be passed on as they are; header and question are ours.</summary>
    private static void ParsedHeaderOnly(byte[] reply, byte[] query, int limit)
    {
        Assert.InRange(reply.Length, 12, limit);
        Assert.True(Header.TryRead(reply, out Header header));
        Assert.Equal((query[0] << 8) | query[1], header.Id);
        Assert.True(header.IsResponse);
        Assert.Equal(1, header.QuestionCount);
        Assert.Equal(QuestionOf(query), reply[12..(12 + QuestionOf(query).Length)]);
    }

    private static bool IsFor(byte[] query, ParsedMessage reply)
    {
        var asked = new ParsedMessage(query);
        return reply.IsResponse && reply.Id == asked.Id && reply.Questions.Single().SequenceEqual(asked.Questions.Single())
            && (reply.Opt is null) == (asked.Opt is null) && reply.Has(HeaderFlags.RecursionDesired) == asked.Has(HeaderFlags.RecursionDesired);
    }

    private static bool Same(IReadOnlyList<ParsedRecord> left, IReadOnlyList<ParsedRecord> right) =>
        left.Count == right.Count && left.Zip(right).All(pair =>
            pair.First.Owner.SequenceEqual(pair.Second.Owner) && pair.First.Type == pair.Second.Type && pair.First.Class == pair.Second.Class
            && pair.First.TimeToLive == pair.Second.TimeToLive && pair.First.Data.SequenceEqual(pair.Second.Data));

    private static byte[] QuestionOf(byte[] query) => new ParsedMessage(query).Questions.Single();
}
