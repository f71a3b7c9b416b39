using System.Text;
using DotProxy.Upstreams;

namespace DotProxy.Tests.Upstreams;

/// <summary>RFC 7541, by the examples of its appendix C.</summary>
public sealed class HpackDecoderTests
{
    [Theory]
    [InlineData("400a637573746f6d2d6b65790d637573746f6d2d686561646572", "custom-key: custom-header")]
    [InlineData("040c2f73616d706c652f70617468", ":path: /sample/path")]
    [InlineData("100870617373776f726406736563726574", "password: secret")]
    [InlineData("88", ":status: 200")]
    [InlineData("8d", ":status: 404")]
    public void C_2_single_fields(string block, string field) => Assert.Equal([field], Decode(new HpackDecoder(), block));

    [Fact]
    public void C_5_responses_without_compression_in_a_table_that_evicts()
    {
        // The appendix has a table of 256 octets.
        var decoder = new HpackDecoder();
        Assert.Empty(Decode(decoder, "3fe101"));
        string[] first = Decode(decoder, "4803333032580770726976617465611d4d6f6e2c203231204f637420323031332032303a31333a323120474d546e1768747470733a2f2f7777772e6578616d706c652e636f6d");
        Assert.Equal([":status: 302", "cache-control: private", "date: Mon, 21 Oct 2013 20:13:21 GMT", "location: https://www.example.com"], first);
        Assert.Equal([":status: 307", .. first[1..]], Decode(decoder, "4803333037c1c0bf"));
        Assert.Equal(
            [
                ":status: 200", "cache-control: private", "date: Mon, 21 Oct 2013 20:13:22 GMT", "location: https://www.example.com", "content-encoding: gzip",
                "set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1",
            ],
            Decode(decoder, "88c1611d4d6f6e2c203231204f637420323031332032303a31333a323220474d54c05a04677a69707738666f6f3d4153444a4b48514b425a584f5157454f50495541585157454f49553b206d61782d6167653d333630303b2076657273696f6e3d31"));
    }

    [Fact]
    public void C_6_responses_with_compression()
    {
        var decoder = new HpackDecoder();
        Assert.Empty(Decode(decoder, "3fe101"));
        string[] first = Decode(decoder, "488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad171863c78f0b97c8e9ae82ae43d3");
        Assert.Equal([":status: 302", "cache-control: private", "date: Mon, 21 Oct 2013 20:13:21 GMT", "location: https://www.example.com"], first);
        Assert.Equal([":status: 307", .. first[1..]], Decode(decoder, "4883640effc1c0bf"));
    }

    [Theory]
    [InlineData("80", "index 0")]
    [InlineData("be", "an entry that is not there")]
    [InlineData("ff", "an integer that ends too soon")]
    [InlineData("ffffffffff7f", "an integer without end")]
    [InlineData("3fe21f", "a table larger than 4096")]
    [InlineData("0005", "a string that ends too soon")]
    [InlineData("00", "no name")]
    [InlineData("0401", "no value")]
    [InlineData("008100", "padding that is not ones")]
    [InlineData("0082ffff00", "padding longer than seven bits")]
    [InlineData("0084ffffffff00", "the end of string within one")]
    public void What_is_malformed_is_found_out(string block, string what)
    {
        _ = what;
        Assert.False(new HpackDecoder().TryDecode(Convert.FromHexString(block), new Fields()));
    }

    [Fact]
    public void Garbage_is_survived_and_the_table_stays_in_its_bound()
    {
        var random = new Random(7);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] block = new byte[random.Next(200)];
            random.NextBytes(block);
            var decoder = new HpackDecoder();
            for (int j = 0; j < 3 && decoder.TryDecode(block, new Fields()); j++)
            {
                // Once more, with what it left in the table.
            }
        }
    }

    private static string[] Decode(HpackDecoder decoder, string block)
    {
        var fields = new Fields();
        Assert.True(decoder.TryDecode(Convert.FromHexString(block), fields));
        return [.. fields.All];
    }

    private sealed class Fields : IFieldSink
    {
        public List<string> All { get; } = [];

        public void Take(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) => All.Add($"{Encoding.ASCII.GetString(name)}: {Encoding.ASCII.GetString(value)}");
    }
}
