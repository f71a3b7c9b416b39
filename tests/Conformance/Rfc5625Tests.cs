using DotProxy.Dns;
using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.Conformance;

/// <summary>DNS proxy implementation guidelines.</summary>
public sealed class Rfc5625Tests
{
    private const HeaderFlags Reserved = (HeaderFlags)0x0040;

    // §4.3: "All requests and responses MUST be proxied regardless of the values of the QTYPE and QCLASS fields." and
    // "All responses MUST be proxied regardless of the values of the TYPE and CLASS fields of any Resource Record".
    [Theory]
    [InlineData(65280, 1)]
    [InlineData(65534, 1)]
    [InlineData(0, 1)]
    [InlineData(255, 1)]
    [InlineData(1, 65280)]
    [InlineData(64, 254)]
    public void Section_4_3_any_type_and_class_pass_both_ways_octet_by_octet(int type, int @class)
    {
        byte[] question = Messages.Question("www.example.com", type, @class), data = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];
        byte[] record = Messages.Record(Messages.PointerToQuestion, type == 0 ? 65280 : type, 0x80000001, data, @class);
        byte[] query = Messages.Query(question);

        Assert.Equal([question], Exchange.Forwarded(query).Questions);
        ParsedRecord received = Assert.Single(Exchange.OverUdp(query, Messages.Answer(question, [record])).Answers);
        Assert.Equal(data, received.Data);
        Assert.Equal((type == 0 ? 65280 : type, @class, 0x80000001u), (received.Type, received.Class, received.TimeToLive));
    }

    [Fact]
    public void Section_4_3_the_sections_of_an_answer_stay_apart_and_in_order()
    {
        byte[] question = Messages.Question("www.example.com");
        byte[] answer = Messages.Compose(
            1, HeaderFlags.Response, [question],
            [Messages.Address("192.0.2.1"), Messages.Address("192.0.2.2")],
            [Messages.Record(Messages.PointerToQuestion, 2, 5, Messages.Name("ns.example.com"))],
            [Messages.Record(Messages.Name("ns.example.com"), 1, 5, [192, 0, 2, 53]), Messages.Opt(), Messages.Record(Messages.RootName, 65280, 0, [])]);

        ParsedMessage reply = Exchange.OverTcp(Messages.Query(question), answer);
        Assert.Equal([[192, 0, 2, 1], [192, 0, 2, 2]], reply.Answers.Select(record => record.Data));
        Assert.Equal(Messages.Name("ns.example.com"), Assert.Single(reply.Authority).Data);
        Assert.Equal([192, 0, 2, 53], reply.Additional[0].Data);
    }

    // §4.1: unexpected flags and data "should not" make a proxy fail; it forwards what it does not understand.
    [Theory]
    [InlineData(0x0040)]
    [InlineData(0x0020)]
    [InlineData(0x0010)]
    [InlineData(0x0400)]
    [InlineData(0x0200)]
    [InlineData(0x0080)]
    [InlineData(0x000F)]
    public void Section_4_1_no_unexpected_header_bit_of_a_query_makes_it_fail(int bits)
    {
        byte[] query = Messages.Query("www.example.com", flags: (HeaderFlags)bits | HeaderFlags.RecursionDesired);
        Assert.True(Exchange.IsAccepted(query));
        Assert.Equal(0, Exchange.OverUdp(query, Messages.Answer(Messages.Question("www.example.com"))).Rcode);
    }

    [Theory]
    [InlineData(0x0100)]
    [InlineData(0x0020)]
    [InlineData(0x0010)]
    public void Section_4_1_RD_AD_and_CD_reach_the_upstream_as_they_were(int bit)
    {
        Assert.Equal((HeaderFlags)bit, Exchange.Forwarded(Messages.Query("www.example.com", flags: (HeaderFlags)bit)).Flags);
        Assert.Equal(HeaderFlags.None, Exchange.Forwarded(Messages.Query("www.example.com", flags: HeaderFlags.None)).Flags);
    }

    [Fact]
    public void Section_4_1_the_reserved_bit_of_an_answer_makes_nothing_fail()
    {
        byte[] question = Messages.Question("www.example.com");
        ParsedMessage reply = Exchange.OverUdp(Messages.Query(question), Messages.Answer(question, flags: Reserved));
        Assert.Single(reply.Answers);
        Assert.Equal(0, reply.Rcode);
    }

    // §4.4.2: a proxy must cope with EDNS whose options it does not know.
    [Fact]
    public void Section_4_4_2_unknown_EDNS_options_and_flags_make_nothing_fail()
    {
        byte[] opt = Messages.Opt(4096, flags: 0x7FFF, options: [Messages.Option(100), Messages.Option(65001, 1, 2, 3), Messages.Option(Messages.OptionClientSubnet, 0, 1, 24, 0, 192, 0, 2)]);
        byte[] query = Messages.Query("www.example.com", opt: opt);
        Assert.True(Exchange.IsAccepted(query));
        Assert.Single(Exchange.OverUdp(query, Messages.Answer(Messages.Question("www.example.com"), opt: Messages.Opt(options: Messages.Option(65001)))).Answers);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(10)]
    public void Section_3_the_rcode_of_the_upstream_is_passed_on(int rcode)
    {
        byte[] question = Messages.Question("www.example.com");
        Assert.Equal(rcode, Exchange.OverUdp(Messages.Query(question), Messages.Answer(question, [], flags: (HeaderFlags)rcode)).Rcode);
    }

    // A bare header is what servers send that could not parse the query.
    [Fact]
    public void Section_3_a_bare_error_of_the_upstream_comes_back_with_the_question()
    {
        byte[] question = Messages.Question("www.example.com");
        ParsedMessage reply = Exchange.OverUdp(Messages.Query(question, id: 7), Messages.Compose(1, HeaderFlags.Response | (HeaderFlags)1, []));
        Assert.Equal((1, 7), (reply.Rcode, reply.Id));
        Assert.Equal([question], reply.Questions);
    }
}
