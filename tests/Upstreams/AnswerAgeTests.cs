using System.Buffers.Binary;
using System.Text;
using DotProxy.Tests.Fakes;
using DotProxy.Upstreams;

namespace DotProxy.Tests.Upstreams;

/// <summary>RFC 8484 §5.1: the time that an answer lay in an HTTP cache is taken off its TTLs.</summary>
public sealed class AnswerAgeTests
{
    [Theory]
    [InlineData("", 0u)]
    [InlineData("0", 0u)]
    [InlineData("17", 17u)]
    [InlineData("4294967295", uint.MaxValue)]
    [InlineData("4294967296", uint.MaxValue)]
    [InlineData("00000000000000000000000000000000005", 5u)]
    [InlineData("-1", 0u)]
    [InlineData("+1", 0u)]
    [InlineData("1.5", 0u)]
    [InlineData("1, 2", 0u)]
    [InlineData("1e9", 0u)]
    public void It_is_read_from_digits_alone(string text, uint age) => Assert.Equal(age, AnswerAge.Parse(Encoding.ASCII.GetBytes(text)));

    [Theory]
    [InlineData(300u, 100u, 200u)]
    [InlineData(300u, 300u, 0u)]
    [InlineData(300u, uint.MaxValue, 0u)]
    [InlineData(0x7FFF_FFFFu, 1u, 0x7FFF_FFFEu)]
    [InlineData(0x8000_0000u, 1u, 0u)]
    [InlineData(uint.MaxValue, 1u, 0u)]
    public void A_ttl_never_becomes_less_than_nothing_nor_more_than_it_was(uint ttl, uint age, uint left)
    {
        byte[] message = Messages.Answer(Messages.Question("a.test"), [Messages.Address("192.0.2.1", ttl)]);
        AnswerAge.Apply(age, message);
        Assert.Equal(Messages.Answer(Messages.Question("a.test"), [Messages.Address("192.0.2.1", left)]), message);
    }

    [Fact]
    public void Every_section_is_changed_and_opt_is_not()
    {
        byte[] Write(uint taken) => Messages.Compose(
            1, DotProxy.Dns.HeaderFlags.Response, [Messages.Question("a.test")], [Messages.Address("192.0.2.1", 100 - taken), Messages.Address("192.0.2.2", 90 - taken)],
            [Messages.Record(Messages.RootName, Messages.TypeTxt, 80 - taken, [1, 2])],
            [Messages.Opt(flags: Messages.DnssecOk, options: Messages.Option(99, 1)), Messages.Address("192.0.2.3", 70 - taken)]);
        byte[] message = Write(0);
        AnswerAge.Apply(10, message);
        Assert.Equal(Write(10), message);
    }

    [Fact]
    public void What_is_cut_off_or_garbage_is_survived()
    {
        byte[] whole = Messages.Answer(Messages.Question("a.test"), Messages.Filling(300), Messages.Opt());
        for (int length = 0; length < whole.Length; length++) AnswerAge.Apply(7, whole.AsSpan(0, length).ToArray());
        var random = new Random(1);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] message = [.. whole];
            for (int j = 0; j < 8; j++) message[random.Next(message.Length)] = (byte)random.Next(256);
            BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(4), (ushort)random.Next(4));
            AnswerAge.Apply(7, message);
        }
    }
}
