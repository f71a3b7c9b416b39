using DotProxy.Upstreams;

namespace DotProxy.Tests.Upstreams;

public sealed class HttpsStreamsTests
{
    [Fact]
    public void Numbers_are_odd_and_rise_and_pass_over_those_that_wait_long()
    {
        var streams = new HttpsStreams();
        HttpsStream slow = streams.Open(deadline: 5);
        streams.Add(slow);
        uint last = slow.Number;
        Assert.Equal(1u, last);
        for (int i = 0; i < 5000; i++)
        {
            HttpsStream stream = streams.Open(deadline: 9);
            Assert.True(stream.Number > last && stream.Number % 2 == 1);
            last = stream.Number;
            streams.Add(stream);
            Assert.Same(stream, streams.Find(last));
            Assert.Same(slow, streams.Find(1));
            Assert.True(streams.Remove(stream));
            Assert.False(streams.Remove(stream));
            Assert.Null(streams.Find(last));
            streams.Return(stream);
        }
        Assert.Equal(1, streams.Count);
    }

    [Fact]
    public void Those_that_are_late_or_came_after_are_found_until_they_are_gone()
    {
        var streams = new HttpsStreams();
        for (int i = 0; i < 10; i++) streams.Add(streams.Open(deadline: i));
        Assert.Equal(4, Drain(() => streams.FindPast(uint.MaxValue, now: 3)));
        Assert.Equal(2, Drain(() => streams.FindPast(number: 15, now: long.MinValue)));
        Assert.Equal(4, streams.Count);

        int Drain(Func<HttpsStream?> find)
        {
            int count = 0;
            for (; find() is { } stream; count++) streams.Remove(stream);
            return count;
        }
    }

    [Fact]
    public void One_that_comes_back_remembers_nothing()
    {
        var streams = new HttpsStreams();
        HttpsStream stream = streams.Open(1);
        stream.Take(":status"u8, "200"u8);
        stream.Take("age"u8, "7"u8);
        stream.Take("content-type"u8, "application/dns-message"u8);
        stream.HasFields = true;
        Assert.True(stream.TryAppend([1, 2, 3]));
        streams.Return(stream);

        HttpsStream again = streams.Open(2);
        Assert.Same(stream, again);
        Assert.Equal((0, 0u, false, 0), (again.Status, again.Age, again.HasFields, again.Body.Length));
        Assert.NotNull(again.FindFault());
    }

    [Fact]
    public void A_body_has_as_many_octets_as_a_message_can_have()
    {
        var stream = new HttpsStream();
        Assert.True(stream.TryAppend(new byte[65_535]));
        Assert.False(stream.TryAppend([1]));
    }
}
