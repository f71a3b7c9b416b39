using DotProxy.Dns;
using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.Dns;

public sealed class EdnsTests
{
    [Fact]
    public void An_OPT_record_says_what_it_was_written_with()
    {
        byte[] opt = Messages.Opt(4096, extendedRcode: 7, version: 3, flags: 0x8001, options: [Messages.Option(10, 1, 2), Messages.Option(100)]);
        Assert.True(TryRead(opt, out Edns edns));
        Assert.Equal((4096, 7, 3, true), (edns.UdpPayloadSize, edns.ExtendedRcode, edns.Version, edns.DnssecOk));

        EdnsOptions options = edns.Options;
        Assert.True(options.TryReadNext(out EdnsOptionCode code, out ReadOnlySpan<byte> data));
        Assert.Equal((EdnsOptionCode)10, code);
        Assert.Equal([1, 2], data.ToArray());
        Assert.True(options.TryReadNext(out code, out data));
        Assert.Equal((EdnsOptionCode)100, code);
        Assert.True(data.IsEmpty);
        Assert.False(options.TryReadNext(out _, out _));
        Assert.True(options.AtEnd);
    }

    [Theory]
    [InlineData(0x7FFF, false)]
    [InlineData(0x8000, true)]
    public void DO_is_the_highest_of_the_flags(int flags, bool dnssecOk)
    {
        Assert.True(TryRead(Messages.Opt(flags: flags), out Edns edns));
        Assert.Equal(dnssecOk, edns.DnssecOk);
    }

    [Theory]
    [InlineData(new byte[] { 0 })]
    [InlineData(new byte[] { 0, 10, 0 })]
    [InlineData(new byte[] { 0, 10, 0, 1 })]
    [InlineData(new byte[] { 0, 10, 255, 255, 1 })]
    [InlineData(new byte[] { 0, 10, 0, 0, 9 })]
    public void Options_that_do_not_end_with_their_record_are_not_read(byte[] options) =>
        Assert.False(TryRead(Messages.Record(Messages.RootName, Messages.TypeOpt, 0, options, 1232), out _));

    [Fact]
    public void An_owner_other_than_the_root_is_not_read() =>
        Assert.False(TryRead(Messages.Record(Messages.Name("a"), Messages.TypeOpt, 0, [], 1232), out _));

    private static bool TryRead(byte[] opt, out Edns edns)
    {
        var reader = new MessageReader((byte[])[.. new byte[12], .. opt]);
        Assert.True(reader.TryReadRecord(out ResourceRecord record));
        Assert.True(reader.AtEnd);
        return Edns.TryRead(record, out edns);
    }
}
