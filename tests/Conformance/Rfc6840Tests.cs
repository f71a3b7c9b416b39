using DotProxy.Dns;
using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.Conformance;

/// <summary>Clarifications and implementation notes for DNSSEC.</summary>
public sealed class Rfc6840Tests
{
    private static readonly byte[] s_question = Messages.Question("www.example.com");

    // §5.8: the AD bit is set only "when … the request contained either a set DO bit or a set AD bit"; §5.7: AD in a query says
    // "that the requester understands and is interested in the value of the AD bit in the response".
    [Theory]
    [InlineData(false, false, false)]
    [InlineData(true, false, true)]
    [InlineData(false, true, true)]
    [InlineData(true, true, true)]
    public void Section_5_8_AD_comes_back_only_to_those_who_asked_with_AD_or_DO(bool authenticData, bool dnssecOk, bool expected)
    {
        byte[] query = Messages.Query(
            s_question, flags: authenticData ? HeaderFlags.AuthenticData : HeaderFlags.None, opt: Messages.Opt(flags: dnssecOk ? Messages.DnssecOk : 0));
        ParsedMessage reply = Exchange.OverUdp(query, Messages.Answer(s_question, flags: HeaderFlags.AuthenticData));
        Assert.Equal(expected, reply.Has(HeaderFlags.AuthenticData));
        Assert.Equal(authenticData, Exchange.Forwarded(query).Has(HeaderFlags.AuthenticData));
    }

    [Fact]
    public void Section_5_8_AD_is_never_set_where_the_upstream_did_not_set_it()
    {
        byte[] query = Messages.Query(s_question, flags: HeaderFlags.AuthenticData, opt: Messages.Opt(flags: Messages.DnssecOk));
        Assert.False(Exchange.OverUdp(query, Messages.Answer(s_question)).Has(HeaderFlags.AuthenticData));
        Assert.False(Exchange.Failing(query, Resolution.Sample.Failure).Has(HeaderFlags.AuthenticData));
    }

    // RFC 4035 §3.2.2: "The name server side MUST copy the setting of the CD bit from a query to the corresponding response."
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void CD_is_copied_from_the_query_whatever_the_upstream_says(bool checkingDisabled)
    {
        byte[] query = Messages.Query(s_question, flags: checkingDisabled ? HeaderFlags.CheckingDisabled : HeaderFlags.None);
        byte[] answer = Messages.Answer(s_question, flags: checkingDisabled ? HeaderFlags.None : HeaderFlags.CheckingDisabled);
        Assert.Equal(checkingDisabled, Exchange.OverUdp(query, answer).Has(HeaderFlags.CheckingDisabled));
        Assert.Equal(checkingDisabled, Exchange.Failing(query, Resolution.Sample.Failure).Has(HeaderFlags.CheckingDisabled));
    }
}
