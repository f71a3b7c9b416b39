using CsCheck;
using DotProxy.Tests.Fakes;
using DotProxy.Upstreams;

namespace DotProxy.Tests.Conformance;

/// <summary>The edns-tcp-keepalive option.</summary>
public sealed class Rfc7828Tests
{
    // §3.2.1 and §3.1: a client asks with the option, and its length is zero then.
    [Fact]
    public void Section_3_2_1_a_query_that_asks_carries_the_option_empty_and_is_padded_all_the_same()
    {
        WireGen.Query.Sample(query =>
        {
            byte[] room = new byte[QueryEncoder.MaxLength];
            int length = QueryEncoder.Write(new FakeQuery(query), 1, room, asksKeepalive: true);
            ParsedOpt opt = new ParsedMessage(room.AsSpan(2, length - 2)).Opt!;
            Assert.Equal([Messages.OptionKeepalive, Messages.OptionPadding], opt.Options.Select(option => option.Code));
            Assert.Empty(opt.Options[0].Data);
            Assert.Equal(0, (length - 2) % 128);
        }, iter: 500);
    }

    [Fact]
    public void Section_3_1_the_timeout_is_in_units_of_100_milliseconds()
    {
        Assert.Equal(TimeSpan.FromSeconds(2), Read(0, 20));
        Assert.Equal(TimeSpan.Zero, Read(0, 0));
        Assert.Equal(TimeSpan.FromMilliseconds(6_553_500), Read(0xFF, 0xFF));
    }

    [Fact]
    public void An_answer_without_the_option_or_with_one_of_another_length_says_nothing()
    {
        Assert.Null(Read());
        Assert.Null(Read(1));
        Assert.Null(Read(1, 2, 3));
        Assert.Null(UpstreamAnswer.ReadIdleTimeout(Wire.Answer(Wire.Query(1, "a.test"))));
        Assert.Null(UpstreamAnswer.ReadIdleTimeout(Wire.Error(Wire.Query(1, "a.test"), 2)));
    }

    // What comes from the wire is untrusted: every piece of an answer must be harmless.
    [Fact]
    public void A_cut_answer_says_nothing()
    {
        byte[] answer = KeepaliveAnswer.To(Wire.Query(1, "a.test"), 20);
        for (int length = 0; length < answer.Length; length++) Assert.Null(UpstreamAnswer.ReadIdleTimeout(answer.AsSpan(0, length)));
        Assert.Equal(TimeSpan.FromSeconds(2), UpstreamAnswer.ReadIdleTimeout(answer));
    }

    private static TimeSpan? Read(params byte[] data) =>
        UpstreamAnswer.ReadIdleTimeout(Messages.Answer(
            Messages.Question("www.example.com"), [Messages.Address("192.0.2.1")], Messages.Opt(options: Messages.Option(Messages.OptionKeepalive, data))));
}
