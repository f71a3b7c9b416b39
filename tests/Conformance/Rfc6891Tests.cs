using DotProxy.Dns;
using DotProxy.Resolution;
using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.Conformance;

/// <summary>Extension mechanisms for DNS, EDNS(0).</summary>
public sealed class Rfc6891Tests
{
    private const int FormErr = 1, ServFail = 2, BadVers = 16;

    private static readonly byte[] s_question = Messages.Question("www.example.com");

    // §6.1.1: "If an OPT record is present in a received request, compliant responders MUST include an OPT record in their
    // respective responses." §7: "Lack of presence of an OPT record in a request MUST be taken as an indication that the
    // requestor does not implement any part of this specification and that the responder MUST NOT include an OPT record".
    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void Section_6_1_1_OPT_is_in_the_answer_if_and_only_if_it_was_in_the_query(bool asked, bool upstreamHasIt)
    {
        byte[] query = Messages.Query(s_question, opt: asked ? Messages.Opt() : null);
        byte[] answer = Messages.Answer(s_question, opt: upstreamHasIt ? Messages.Opt() : null);
        ParsedMessage[] replies =
            [Exchange.OverUdp(query, answer), Exchange.OverTcp(query, answer), Exchange.Failing(query, Sample())];
        Assert.All(replies, reply => Assert.Equal(asked, reply.Opt is not null));
    }

    [Fact]
    public void Section_6_1_1_two_OPT_records_in_a_query_are_a_format_error()
    {
        ParsedMessage reply = Exchange.Rejected(Messages.Compose(5, HeaderFlags.None, [s_question], additional: [Messages.Opt(), Messages.Opt()]));
        Assert.Equal(FormErr, reply.Rcode);
        Assert.NotNull(reply.Opt);
    }

    // §6.1.1: "The OPT RR MAY be placed anywhere within the additional data section."
    [Fact]
    public void Section_6_1_1_OPT_may_stand_anywhere_among_the_additional_records()
    {
        byte[] other = Messages.Record(Messages.RootName, 65280, 0, [1, 2, 3]);
        foreach (byte[][] additional in (byte[][][])[[Messages.Opt(), other], [other, Messages.Opt()], [other, Messages.Opt(), other]])
        {
            byte[] query = Messages.Compose(5, HeaderFlags.None, [s_question], additional: additional);
            Assert.NotNull(Exchange.OverUdp(query, Messages.Answer(s_question)).Opt);
        }
    }

    // §6.1.2: the owner name "MUST be 0 (root domain)".
    [Fact]
    public void Section_6_1_2_an_OPT_record_with_an_owner_is_a_format_error()
    {
        byte[] opt = Messages.Record(Messages.Name("a"), Messages.TypeOpt, 0, [], 1232);
        Assert.Equal(FormErr, Exchange.Rejected(Messages.Query(s_question, opt: opt)).Rcode);
    }

    // §7: "If there is a problem with processing the OPT record itself, such as an option value that is badly formatted …, a
    // FORMERR MUST be returned. If this occurs, the response MUST include an OPT record."
    [Theory]
    [InlineData(new byte[] { 0, 100, 0, 5, 1, 2 })]
    [InlineData(new byte[] { 0, 100, 0 })]
    [InlineData(new byte[] { 0, 100, 0, 0, 0 })]
    public void Section_7_an_option_that_runs_past_its_OPT_record_is_a_format_error_and_the_reply_has_OPT(byte[] options)
    {
        byte[] opt = Messages.Record(Messages.RootName, Messages.TypeOpt, 0, options, 1232);
        ParsedMessage reply = Exchange.Rejected(Messages.Query(s_question, opt: opt));
        Assert.Equal(FormErr, reply.Rcode);
        Assert.NotNull(reply.Opt);
    }

    // §6.1.3: "If a responder does not implement the VERSION level of the request, then it MUST respond with RCODE=BADVERS."
    [Theory]
    [InlineData(1)]
    [InlineData(255)]
    public void Section_6_1_3_another_version_is_BADVERS_and_the_reply_names_version_0(int version)
    {
        ParsedMessage reply = Exchange.Rejected(Messages.Query(s_question, opt: Messages.Opt(version: version, flags: Messages.DnssecOk)));
        Assert.Equal(BadVers, reply.Rcode);
        Assert.Equal(0, reply.Opt!.Version);
        Assert.Empty(reply.Answers);
        Assert.Equal([s_question], reply.Questions);
    }

    // §6.2.3: "Values lower than 512 MUST be treated as equal to 512."
    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(511)]
    [InlineData(512)]
    public void Section_6_2_3_payload_sizes_below_512_are_taken_as_512(int size)
    {
        byte[] query = Messages.Query(s_question, opt: Messages.Opt(size));
        ParsedMessage whole = Exchange.OverUdp(query, Messages.Answer(s_question, Messages.Filling(512 - 12 - s_question.Length - 11)));
        ParsedMessage cut = Exchange.OverUdp(query, Messages.Answer(s_question, Messages.Filling(513 - 12 - s_question.Length - 11)));
        Assert.Equal((512, false), (whole.Length, whole.IsTruncated));
        Assert.True(cut.IsTruncated);
    }

    // §7: the minimal response is "the DNS header, question section, and an OPT record. This MUST also occur when a truncated
    // response (using the DNS header's TC bit) is returned."
    [Fact]
    public void Section_7_a_truncated_answer_has_header_question_and_OPT()
    {
        ParsedMessage reply = Exchange.OverUdp(Messages.Query(s_question, opt: Messages.Opt(512)), Messages.Answer(s_question, Messages.Filling(3000)));
        Assert.True(reply.IsTruncated);
        Assert.Equal([s_question], reply.Questions);
        Assert.NotNull(reply.Opt);
    }

    // §6.1.1: "OPT RRs MUST NOT be cached, forwarded, or stored". §6.2.6: options are between neighbours.
    [Fact]
    public void Section_6_1_1_the_OPT_of_the_client_is_not_forwarded_and_that_of_the_upstream_not_returned()
    {
        byte[][] options = [Messages.Option(Messages.OptionNsid), Messages.Option(Messages.OptionCookie, new byte[8]), Messages.Option(Messages.OptionClientSubnet, 0, 1, 0, 0)];
        byte[] query = Messages.Query(s_question, opt: Messages.Opt(4096, flags: 0x3FFF, options: options));

        ParsedOpt forwarded = Exchange.Forwarded(query).Opt!;
        Assert.Equal((1232, 0, 0), (forwarded.PayloadSize, forwarded.Version, forwarded.Flags));
        Assert.Equal([Messages.OptionPadding], forwarded.Options.Select(option => option.Code));

        byte[] upstreams = Messages.Opt(512, flags: 0x3FFF, options: [.. options, Messages.Option(Messages.OptionKeepalive, 0, 20), Messages.Option(Messages.OptionPadding, new byte[300])]);
        ParsedOpt returned = Exchange.OverUdp(query, Messages.Answer(s_question, opt: upstreams)).Opt!;
        Assert.Equal((1232, 0, 0), (returned.PayloadSize, returned.Version, returned.Flags));
        Assert.Empty(returned.Options);
    }

    // RFC 3225 §3: "The DO bit of the query MUST be copied in the response."
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Section_6_1_4_DO_goes_to_the_upstream_and_comes_back_as_the_client_set_it(bool dnssecOk)
    {
        byte[] query = Messages.Query(s_question, opt: Messages.Opt(flags: dnssecOk ? Messages.DnssecOk : 0));
        byte[] answer = Messages.Answer(s_question, opt: Messages.Opt(flags: dnssecOk ? 0 : Messages.DnssecOk));
        Assert.Equal(dnssecOk, Exchange.Forwarded(query).Opt!.DnssecOk);
        Assert.Equal(dnssecOk, Exchange.OverUdp(query, answer).Opt!.DnssecOk);
        Assert.Equal(dnssecOk, Exchange.Failing(query, Sample()).Opt!.DnssecOk);
    }

    // §6.1.3: EXTENDED-RCODE "forms the upper 8 bits of extended 12-bit RCODE"; who has no EDNS cannot be told it.
    [Fact]
    public void Section_6_1_3_an_extended_rcode_reaches_those_with_EDNS_and_is_a_server_failure_to_others()
    {
        byte[] answer = Messages.Answer(s_question, [], Messages.Opt(extendedRcode: 1), (HeaderFlags)7);
        Assert.Equal(23, Exchange.OverUdp(Messages.Query(s_question, opt: Messages.Opt()), answer).Rcode);
        Assert.Equal(ServFail, Exchange.OverUdp(Messages.Query(s_question), answer).Rcode);
    }

    [Fact]
    public void Section_6_1_1_nobody_can_ask_for_OPT() =>
        Assert.Equal(FormErr, Exchange.Rejected(Messages.Query("www.example.com", Messages.TypeOpt)).Rcode);

    private static Failure Sample() => Resolution.Sample.Failure;
}
