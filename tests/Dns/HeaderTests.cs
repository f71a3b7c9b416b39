using DotProxy.Dns;

namespace DotProxy.Tests.Dns;

public sealed class HeaderTests
{
    [Fact]
    public void A_header_reads_back_as_it_was_written()
    {
        var header = new Header(0xBEEF, HeaderFlags.Response | HeaderFlags.RecursionDesired | (HeaderFlags)3, 1, 2, 3, 4);
        byte[] octets = new byte[WireLimits.Header];
        header.Write(octets);

        Assert.True(Header.TryRead(octets, out Header read));
        Assert.Equal(header, read);
        Assert.True(read.IsResponse);
        Assert.Equal(3, read.LowRcode);
        Assert.Equal(Opcode.Query, read.Opcode);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(11)]
    public void A_message_shorter_than_its_header_is_not_read(int length) => Assert.False(Header.TryRead(new byte[length], out _));

    [Fact]
    public void The_opcode_is_taken_from_its_four_bits()
    {
        Assert.True(Header.TryRead([0, 0, 0x28, 0, 0, 0, 0, 0, 0, 0, 0, 0], out Header header));
        Assert.Equal(Opcode.Update, header.Opcode);
    }
}
