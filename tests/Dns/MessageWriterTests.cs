using DotProxy.Dns;
using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.Dns;

public sealed class MessageWriterTests
{
    [Theory]
    [InlineData(12)]
    [InlineData(128)]
    [InlineData(468)]
    public void Padding_makes_the_message_a_multiple_of_the_block_and_no_longer_than_it_must(int block)
    {
        for (int before = 0; before < 2 * block; before++)
        {
            byte[] room = new byte[4096];
            var writer = new MessageWriter(room);
            writer.Write(new byte[before]);
            int unpadded = writer.Position + WireLimits.OptionHeader;
            writer.WritePadding(block);
            Assert.Equal(0, writer.Position % block);
            Assert.InRange(writer.Position - unpadded, 0, block - 1);
        }
    }

    [Fact]
    public void OPT_is_written_with_the_length_that_its_options_became()
    {
        byte[] room = new byte[200];
        new Header(1, HeaderFlags.Response, 0, 0, 0, 1).Write(room);
        var writer = new MessageWriter(room);
        int options = writer.BeginOpt(1400, 5, dnssecOk: true);
        writer.WriteOption((EdnsOptionCode)11, [0, 20]);
        writer.WriteOption(EdnsOptionCode.ExtendedError, [0, 23, (byte)'x']);
        writer.EndOpt(options);

        ParsedOpt opt = new ParsedMessage(room.AsSpan(0, writer.Position)).Opt!;
        Assert.Equal((1400, 5, 0, true), (opt.PayloadSize, opt.ExtendedRcode, opt.Version, opt.DnssecOk));
        Assert.Equal([Messages.OptionKeepalive, Messages.OptionExtendedError], opt.Options.Select(option => option.Code));
        Assert.Equal([(23, "x")], opt.ExtendedErrors);
        Assert.Equal(200 - writer.Position, writer.Room);
    }

    [Fact]
    public void Writing_past_the_room_is_a_bug_and_throws()
    {
        bool threw = false;
        try
        {
            new MessageWriter(new byte[20]).Write(new byte[9]);
        }
        catch (ArgumentException)
        {
            threw = true;
        }
        Assert.True(threw);
    }
}
