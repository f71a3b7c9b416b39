using DotProxy.Dns;
using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.Dns;

public sealed class StreamFrameTests
{
    [Fact]
    public void A_message_is_read_once_it_is_whole_and_not_before()
    {
        byte[] message = Messages.Query("www.example.com"), framed = Wire.Framed(message);
        for (int end = 0; end < framed.Length; end++) Assert.False(StreamFrame.TryRead(framed.AsSpan(0, end), out _));
        Assert.True(StreamFrame.TryRead((byte[])[.. framed, 1, 2, 3], out ReadOnlySpan<byte> read));
        Assert.Equal(message, read.ToArray());
    }

    [Fact]
    public void An_empty_message_and_the_longest_are_messages_too()
    {
        Assert.True(StreamFrame.TryMeasure([0, 0], out int length));
        Assert.Equal(0, length);
        Assert.True(StreamFrame.TryMeasure(Wire.Framed(new byte[65535]), out length));
        Assert.Equal(65535, length);
    }
}
