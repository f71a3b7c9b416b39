using DotProxy.Dns;
using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.Conformance;

/// <summary>Domain names: implementation and specification.</summary>
public sealed class Rfc1035Tests
{
    private const int FormErr = 1, NotImp = 4, Refused = 5;

    private static readonly byte[] s_question = Messages.Question("www.example.com");

    // §4.2.1: "Messages carried by UDP are restricted to 512 bytes (not counting the IP or UDP headers). Longer messages are
    // truncated and the TC bit is set in the header."
    [Fact]
    public void Section_4_2_1_an_answer_of_900_octets_is_truncated_over_UDP_and_whole_over_TCP()
    {
        byte[] query = Messages.Query(s_question);
        byte[][] records = Messages.Filling(900 - 12 - s_question.Length);
        byte[] answer = Messages.Answer(s_question, records);
        Assert.Equal(900, answer.Length);

        ParsedMessage overUdp = Exchange.OverUdp(query, answer);
        Assert.True(overUdp.IsTruncated);
        Assert.InRange(overUdp.Length, 12, 512);
        Assert.Equal([s_question], overUdp.Questions);
        Assert.Null(overUdp.Opt);

        ParsedMessage overTcp = Exchange.OverTcp(query, answer);
        Assert.False(overTcp.IsTruncated);
        Assert.Equal(900, overTcp.Length);
        Assert.Equal(records.Length, overTcp.Answers.Count);
    }

    [Theory]
    [InlineData(512, false)]
    [InlineData(513, true)]
    public void Section_4_2_1_512_octets_are_the_most_without_EDNS(int length, bool truncated)
    {
        byte[] answer = Messages.Answer(s_question, Messages.Filling(length - 12 - s_question.Length));
        Assert.Equal(truncated, Exchange.OverUdp(Messages.Query(s_question), answer).IsTruncated);
    }

    // §4.1.1: "an unsigned 16 bit integer specifying the number of entries in the question section". More than one has never
    // been defined; none leaves nothing to answer.
    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(65535)]
    public void Section_4_1_1_a_query_without_exactly_one_question_is_a_format_error(int count)
    {
        byte[][] questions = [.. Enumerable.Repeat(s_question, Math.Min(count, 2))];
        ParsedMessage reply = Exchange.Rejected(Messages.Compose(0xABCD, HeaderFlags.RecursionDesired, questions, questionCount: count));
        Assert.Equal(FormErr, reply.Rcode);
        Assert.Equal(0xABCD, reply.Id);
        Assert.True(reply.IsResponse);
    }

    [Fact]
    public void Section_4_1_1_what_is_shorter_than_a_header_is_dropped_and_what_is_cut_off_behind_it_is_a_format_error()
    {
        byte[] query = Messages.Query(s_question, opt: Messages.Opt(options: Messages.Option(Messages.OptionCookie, 1, 2, 3, 4, 5, 6, 7, 8)));
        for (int length = 0; length < query.Length; length++)
        {
            byte[] part = query[..length];
            if (length < 12) Assert.True(Exchange.IsDropped(part));
            else Assert.Equal(FormErr, Exchange.Rejected(part).Rcode);
        }
        Assert.True(Exchange.IsAccepted(query));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(500)]
    public void Section_4_1_trailing_octets_are_a_format_error(int count) =>
        Assert.Equal(FormErr, Exchange.Rejected([.. Messages.Query(s_question), .. new byte[count]]).Rcode);

    [Fact]
    public void Section_4_1_a_query_with_an_answer_or_authority_section_is_a_format_error()
    {
        byte[] record = Messages.Address("192.0.2.1");
        Assert.Equal(FormErr, Exchange.Rejected(Messages.Compose(1, HeaderFlags.None, [s_question], answers: [record])).Rcode);
        Assert.Equal(FormErr, Exchange.Rejected(Messages.Compose(1, HeaderFlags.None, [s_question], authority: [record])).Rcode);
    }

    // §4.1.1: QR "specifies whether this message is a query (0), or a response (1)". Answering responses could loop for ever.
    [Fact]
    public void Section_4_1_1_a_response_sent_to_the_listener_is_never_answered_whatever_its_opcode()
    {
        for (int opcode = 0; opcode < 16; opcode++)
            Assert.True(Exchange.IsDropped(Messages.Query(s_question, flags: HeaderFlags.Response | (HeaderFlags)(opcode << 11))));
        Assert.True(Exchange.IsDropped(Messages.Answer(s_question)));
    }

    // §4.1.1: RCODE 4, "Not Implemented - The name server does not support the requested kind of query."
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(15)]
    public void Section_4_1_1_any_opcode_but_QUERY_is_not_implemented(int opcode)
    {
        ParsedMessage reply = Exchange.Rejected(Messages.Query(s_question, id: 0xFEDC, flags: (HeaderFlags)(opcode << 11)));
        Assert.Equal(NotImp, reply.Rcode);
        Assert.Equal(opcode, reply.Opcode);
        Assert.Equal(0xFEDC, reply.Id);
        Assert.True(reply.IsResponse);
    }

    // §4.1.1: RCODE 5, "Refused - … a name server may not wish to perform a particular operation (e.g., zone transfer)".
    [Fact]
    public void Section_4_1_1_zone_transfers_are_refused_with_the_question_repeated()
    {
        byte[] axfr = Messages.Question("example.com", Messages.TypeAxfr), ixfr = Messages.Question("example.com", Messages.TypeIxfr);
        byte[] soa = Messages.Record(Messages.PointerToQuestion, Messages.TypeSoa, 0, new byte[22]);

        ParsedMessage whole = Exchange.Rejected(Messages.Query(axfr)), incremental = Exchange.Rejected(Messages.Compose(9, HeaderFlags.None, [ixfr], authority: [soa]));
        Assert.Equal((Refused, Refused), (whole.Rcode, incremental.Rcode));
        Assert.Equal([axfr], whole.Questions);
        Assert.Equal([ixfr], incremental.Questions);
    }

    // §4.1.1: ID "is copied the corresponding reply"; RD "may be set in a query and is copied into the response".
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Section_4_1_1_ID_and_RD_are_copied_and_RA_is_set(bool recursionDesired)
    {
        HeaderFlags flags = recursionDesired ? HeaderFlags.RecursionDesired : HeaderFlags.None;
        byte[] query = Messages.Query(s_question, id: 0x0102, flags: flags);
        ParsedMessage[] replies = [Exchange.OverUdp(query, Messages.Answer(s_question)), Exchange.Failing(query, Resolution.Sample.Failure)];
        Assert.All(replies, reply =>
        {
            Assert.Equal(0x0102, reply.Id);
            Assert.Equal(recursionDesired, reply.Has(HeaderFlags.RecursionDesired));
            Assert.True(reply.Has(HeaderFlags.RecursionAvailable));
            Assert.True(reply.IsResponse);
        });
    }
}
