using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.Conformance;

/// <summary>IP fragmentation avoidance in DNS over UDP.</summary>
public sealed class Rfc9715Tests
{
    private static readonly byte[] s_question = Messages.Question("www.example.com");

    // §3.1 R3: "UDP responders should compose response packets that fit in the minimum of the offered requestor's maximum UDP
    // payload size …" and a size that is not fragmented; appendix A: DNS flag day 2020 chose 1 232.
    [Theory]
    [InlineData(4096)]
    [InlineData(65535)]
    [InlineData(1233)]
    [InlineData(1232)]
    public void Section_3_1_a_large_answer_over_UDP_is_cut_to_1232_octets_at_most(int offered)
    {
        byte[] query = Messages.Query(s_question, opt: Messages.Opt(offered)), answer = Messages.Answer(s_question, Messages.Filling(3000), Messages.Opt());
        ParsedMessage overUdp = Exchange.OverUdp(query, answer);
        Assert.True(overUdp.IsTruncated);
        Assert.InRange(overUdp.Length, 12, 1232);
        Assert.Equal([s_question], overUdp.Questions);
        Assert.NotNull(overUdp.Opt);

        ParsedMessage overTcp = Exchange.OverTcp(query, answer);
        Assert.False(overTcp.IsTruncated);
        Assert.Equal(answer.Length, overTcp.Length);
    }

    [Theory]
    [InlineData(4096, 1232)]
    [InlineData(1232, 1232)]
    [InlineData(1231, 1231)]
    [InlineData(700, 700)]
    [InlineData(400, 512)]
    public void Section_3_1_the_smaller_of_the_offered_size_and_1232_is_used_to_the_last_octet(int offered, int limit)
    {
        byte[] query = Messages.Query(s_question, opt: Messages.Opt(offered));
        int records = limit - 12 - s_question.Length - 11;
        ParsedMessage fits = Exchange.OverUdp(query, Messages.Answer(s_question, Messages.Filling(records)));
        Assert.Equal((limit, false), (fits.Length, fits.IsTruncated));
        Assert.True(Exchange.OverUdp(query, Messages.Answer(s_question, Messages.Filling(records + 1))).IsTruncated);
    }

    // §3.2 R5: "UDP requestors should limit the requestor's maximum UDP payload size to the RECOMMENDED size of 1400 or smaller".
    [Fact]
    public void Section_3_2_we_offer_1232_ourselves() => Assert.Equal(1232, Exchange.Forwarded(Messages.Query(s_question, opt: Messages.Opt(4096))).Opt!.PayloadSize);
}
