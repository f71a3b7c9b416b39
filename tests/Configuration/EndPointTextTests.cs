using System.Net;
using CsCheck;
using DotProxy.Configuration;

namespace DotProxy.Tests.Configuration;

public sealed class EndPointTextTests
{
    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1:53")]
    [InlineData("127.0.0.1:5300", "127.0.0.1:5300")]
    [InlineData("0.0.0.0:0", "0.0.0.0:0")]
    [InlineData("::", "[::]:53")]
    [InlineData("::1", "[::1]:53")]
    [InlineData("[::1]", "[::1]:53")]
    [InlineData("[::1]:65535", "[::1]:65535")]
    [InlineData("2001:db8::5300", "[2001:db8::5300]:53")]
    [InlineData("[::ffff:192.0.2.1]:853", "[::ffff:192.0.2.1]:853")]
    public void An_address_is_read_with_its_port_or_the_default(string text, string expected) =>
        Assert.Equal(expected, Read(text, 53)?.ToString());

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(":53")]
    [InlineData("53")]
    [InlineData("localhost:53")]
    [InlineData("127.1:53")]
    [InlineData("127.0.0.1:")]
    [InlineData("127.0.0.1:-1")]
    [InlineData("127.0.0.1:+1")]
    [InlineData("127.0.0.1: 53")]
    [InlineData(" 127.0.0.1:53")]
    [InlineData("127.0.0.1:53 ")]
    [InlineData("256.0.0.1")]
    [InlineData("1.2.3.4.5")]
    [InlineData("1.2.3.4/24")]
    [InlineData("[127.0.0.1]:53")]
    [InlineData("[::1")]
    [InlineData("::1]")]
    [InlineData("[::1]53")]
    [InlineData("[::1]:")]
    [InlineData("[::1]:x")]
    [InlineData("[[::1]]:53")]
    [InlineData("[]:53")]
    [InlineData("::1/128")]
    [InlineData("[::1/128]:53")]
    [InlineData(":::")]
    [InlineData("12345::")]
    public void Anything_else_is_not_read(string text) => Assert.Null(Read(text, 53));

    [Theory]
    [InlineData("127.0.0.1:65536", "port 65536 is out of range; 65535 is the highest")]
    [InlineData("[::1]:99999999999999999999", "port 99999999999999999999 is out of range; 65535 is the highest")]
    [InlineData("::1:5399", "it can be read in two ways: write [::1]:5399 if the end is meant as a port, or [::1:5399] if it is not")]
    [InlineData("2001:db8::1:53", "it can be read in two ways: write [2001:db8::1]:53 if the end is meant as a port, or [2001:db8::1:53] if it is not")]
    [InlineData("127.0.0.1:x", "")]
    [InlineData("localhost:53", "")]
    public void What_is_wrong_is_said_where_there_is_more_to_it_than_that_it_is_no_address(string text, string expected)
    {
        Assert.False(EndPointText.TryParse(text, 53, out _, out string fault));
        Assert.Equal(expected, fault);
    }

    // Its end cannot be a port: what is left would be no address.
    [Theory]
    [InlineData("2620:fe::9")]
    [InlineData("2001:db8:0:0:0:0:0:53")]
    [InlineData("::ffff")]
    [InlineData("fe80::1:abcd")]
    public void An_address_that_can_be_read_in_one_way_only_needs_no_brackets(string text) => Assert.Equal(IPAddress.Parse(text), Read(text, 53)?.Address);

    // .NET reads a leading zero as octal and 0x as hexadecimal: 010.0.0.1 would be 8.0.0.1. Whoever writes them means something else.
    [Theory]
    [InlineData("010.0.0.1")]
    [InlineData("1.1.1.010:53")]
    [InlineData("0x7f.0.0.1:53")]
    public void Octal_and_hexadecimal_addresses_are_not_read(string text) => Assert.Null(Read(text, 53));

    [Fact]
    public void Whatever_is_written_is_read_back() =>
        Gen.Select(Gen.OneOf(Gen.Byte.Array[4], Gen.Byte.Array[16]), Gen.UShort).Sample((octets, port) =>
        {
            var address = new IPEndPoint(new IPAddress(octets), port);
            string alone = octets.Length == 4 ? address.Address.ToString() : $"[{address.Address}]";
            return address.Equals(Read(address.ToString(), 1)) && new IPEndPoint(address.Address, 853).Equals(Read(alone, 853));
        }, iter: 3_000);

    [Fact]
    public void No_text_whatever_throws_and_what_is_read_is_an_address_that_stands_in_it() =>
        Gen.OneOf(Gen.String[0, 30], Gen.Char["0123456789abcdef.:[]%/x "].Array[0, 24].Select(characters => new string(characters))).Sample(text =>
        {
            IPEndPoint? read = Read(text, 53);
            // Read again from its own text, it is the same: nothing was guessed.
            return read is null || read.Equals(Read(read.ToString(), 1));
        }, iter: 10_000);

    private static IPEndPoint? Read(string text, int defaultPort)
    {
        bool isRead = EndPointText.TryParse(text, defaultPort, out IPEndPoint? value, out string fault);
        Assert.Equal(isRead, value is not null);
        Assert.False(isRead && fault.Length > 0, fault);
        return value;
    }
}
