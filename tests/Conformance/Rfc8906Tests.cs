using DotProxy.Dns;
using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.Conformance;

/// <summary>
/// A common operational problem in DNS servers: failure to communicate. The probes of its section 8, as a server is asked by
/// them; none is ever met with silence.
/// </summary>
public sealed class Rfc8906Tests
{
    private const int NotImp = 4, BadVers = 16;

    private static readonly byte[] s_question = Messages.Question("www.example.com", Messages.TypeSoa);

    [Theory]
    [InlineData(1000)]
    [InlineData(65280)]
    public void Section_8_1_2_unknown_types_are_resolved(int type) => Assert.True(Exchange.IsAccepted(Messages.Query("www.example.com", type)));

    [Fact]
    public void Section_8_1_3_1_CD_is_accepted() => AssertAnswered(Messages.Query(s_question, flags: HeaderFlags.CheckingDisabled));

    [Fact]
    public void Section_8_1_3_2_AD_is_accepted() => AssertAnswered(Messages.Query(s_question, flags: HeaderFlags.AuthenticData));

    // "Expect: MBZ not to be present in the response".
    [Fact]
    public void Section_8_1_3_3_the_reserved_bit_is_accepted_and_not_set_in_the_reply()
    {
        const HeaderFlags reserved = (HeaderFlags)0x0040;
        Assert.False(AssertAnswered(Messages.Query(s_question, flags: reserved)).Has(reserved));
        Assert.False(Exchange.Failing(Messages.Query(s_question, flags: reserved), Resolution.Sample.Failure).Has(reserved));
    }

    [Fact]
    public void Section_8_1_3_4_RD_is_accepted() => AssertAnswered(Messages.Query(s_question, flags: HeaderFlags.RecursionDesired));

    // §3.1.4: "there is only one possible rcode that makes sense to return to a request with an unknown opcode, and that is
    // NOTIMP". §8.1.4 asks with opcode 15 and a header only, and expects neither aa nor an OPT record.
    [Fact]
    public void Section_8_1_4_an_unknown_opcode_is_NOTIMP_even_without_a_question()
    {
        foreach (byte[] message in (byte[][])[Messages.Compose(3, (HeaderFlags)(15 << 11), []), Messages.Query(s_question, flags: (HeaderFlags)(15 << 11))])
        {
            ParsedMessage reply = Exchange.Rejected(message);
            Assert.Equal(NotImp, reply.Rcode);
            Assert.False(reply.Has(HeaderFlags.AuthoritativeAnswer));
            Assert.Null(reply.Opt);
        }
    }

    [Fact]
    public void Section_8_2_1_minimal_EDNS_is_answered_with_version_0() =>
        Assert.Equal(0, AssertAnswered(Messages.Query(s_question, opt: Messages.Opt())).Opt!.Version);

    [Fact]
    public void Section_8_2_2_EDNS_version_1_is_BADVERS_with_version_0() => AssertBadVersion(Messages.Opt(version: 1));

    // "Expect: the EDNS option not to be present in the response".
    [Fact]
    public void Section_8_2_3_an_unknown_EDNS_option_is_ignored_and_not_returned() =>
        Assert.Empty(AssertAnswered(Messages.Query(s_question, opt: Messages.Opt(options: Messages.Option(100)))).Opt!.Options);

    // "Expect: MBZ to not be in the response".
    [Fact]
    public void Section_8_2_4_an_unknown_EDNS_flag_is_ignored_and_not_returned() =>
        Assert.Equal(0, AssertAnswered(Messages.Query(s_question, opt: Messages.Opt(flags: 0x0040))).Opt!.Flags);

    [Fact]
    public void Section_8_2_5_EDNS_version_1_with_an_unknown_flag_is_BADVERS() => AssertBadVersion(Messages.Opt(version: 1, flags: 0x0040));

    [Fact]
    public void Section_8_2_6_EDNS_version_1_with_an_unknown_option_is_BADVERS() =>
        AssertBadVersion(Messages.Opt(version: 1, options: Messages.Option(100)));

    [Fact]
    public void Section_8_2_7_a_truncated_answer_has_OPT()
    {
        byte[] query = Messages.Query(s_question, opt: Messages.Opt(512, flags: Messages.DnssecOk));
        ParsedMessage reply = Exchange.OverUdp(query, Messages.Answer(s_question, Messages.Filling(1000)));
        Assert.True(reply.IsTruncated);
        Assert.Equal(0, reply.Opt!.Version);
    }

    [Fact]
    public void Section_8_2_8_DO_is_accepted_and_returned() =>
        Assert.True(AssertAnswered(Messages.Query(s_question, opt: Messages.Opt(flags: Messages.DnssecOk))).Opt!.DnssecOk);

    [Fact]
    public void Section_8_2_9_EDNS_version_1_with_DO_is_BADVERS() => AssertBadVersion(Messages.Opt(version: 1, flags: Messages.DnssecOk));

    [Fact]
    public void Section_8_2_10_several_known_EDNS_options_are_accepted() =>
        AssertAnswered(Messages.Query(s_question, opt: Messages.Opt(options:
        [
            Messages.Option(Messages.OptionNsid), Messages.Option(Messages.OptionCookie, new byte[8]),
            Messages.Option(Messages.OptionClientSubnet, 0, 1, 0, 0), Messages.Option(9),
        ])));

    private static ParsedMessage AssertAnswered(byte[] query)
    {
        ParsedMessage reply = Exchange.OverUdp(query, Messages.Answer(s_question, opt: Messages.Opt()));
        Assert.Equal(0, reply.Rcode);
        Assert.Single(reply.Answers);
        return reply;
    }

    private static void AssertBadVersion(byte[] opt)
    {
        ParsedMessage reply = Exchange.Rejected(Messages.Query(s_question, opt: opt));
        Assert.Equal(BadVers, reply.Rcode);
        Assert.Equal(0, reply.Opt!.Version);
        Assert.Empty(reply.Opt.Options);
        Assert.Equal(0, reply.Opt.Flags & ~Messages.DnssecOk);
        Assert.Empty(reply.Answers);
        Assert.False(reply.Has(HeaderFlags.AuthoritativeAnswer));
    }
}
