using CsCheck;
using DotProxy.Dns;
using DotProxy.Tests.Fakes;
using DotProxy.Upstreams;

namespace DotProxy.Tests.Conformance;

/// <summary>Padding policies for EDNS(0), with RFC 7830 for the option itself.</summary>
public sealed class Rfc8467Tests
{
    // §4.1: "Clients SHOULD pad queries to the closest multiple of 128 octets."
    [Fact]
    public void Section_4_1_a_query_has_the_closest_multiple_of_128_octets_whatever_its_name()
    {
        for (int name = 1; name <= WireLimits.Name; name++)
        {
            if (name == 2) continue;
            byte[] question = Messages.Question(NameOf(name));
            ParsedMessage forwarded = Exchange.Forwarded(Messages.Query(question));
            int unpadded = 12 + question.Length + 11 + 4;
            Assert.Equal((unpadded + 127) / 128 * 128, forwarded.Length);
        }
    }

    // RFC 7830 §3: "The PADDING octets SHOULD be set to 0x00."
    [Fact]
    public void RFC_7830_section_3_the_padding_is_zero_even_in_a_buffer_that_is_not()
    {
        WireGen.Query.Sample(query =>
        {
            byte[] room = new byte[QueryEncoder.MaxLength];
            room.AsSpan().Fill(0xFF);
            int length = QueryEncoder.Write(new FakeQuery(query), 1, room);
            ParsedOpt opt = new ParsedMessage(room.AsSpan(2, length - 2)).Opt!;
            (int code, byte[] data) = Assert.Single(opt.Options);
            Assert.Equal(Messages.OptionPadding, code);
            Assert.All(data, octet => Assert.Equal(0, octet));
        }, iter: 500);
    }

    // RFC 7830 §6: padding is for encrypted transports; UDP and TCP to our clients are not.
    [Fact]
    public void RFC_7830_section_6_replies_in_clear_are_not_padded_even_to_a_padded_query()
    {
        byte[] question = Messages.Question("www.example.com"), padding = Messages.Option(Messages.OptionPadding, new byte[64]);
        byte[] query = Messages.Query(question, opt: Messages.Opt(options: padding)), answer = Messages.Answer(question, opt: Messages.Opt(options: padding));
        Assert.Empty(Exchange.OverUdp(query, answer).Opt!.Options);
        Assert.Empty(Exchange.OverTcp(query, answer).Opt!.Options);
    }

    private static byte[] NameOf(int length)
    {
        var name = new List<byte>();
        while (name.Count < length - 1)
        {
            int rest = length - 1 - name.Count;
            // A label takes two octets at least: leave none alone.
            int label = rest == 65 ? 62 : Math.Min(63, rest - 1);
            name.AddRange([(byte)label, .. Enumerable.Repeat((byte)'x', label)]);
        }
        return [.. name, 0];
    }
}
