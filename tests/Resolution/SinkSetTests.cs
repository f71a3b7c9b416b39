using DotProxy.Resolution;
using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.Resolution;

public sealed class SinkSetTests
{
    [Fact]
    public void Each_sink_is_flushed_once_however_often_it_was_added()
    {
        var sinks = new SinkSet();
        FakeSink first = new(), second = new();
        for (int i = 0; i < 100; i++) sinks.Add(i % 2 == 0 ? first : second);
        Assert.Equal((0, 0), (first.Flushes, second.Flushes));
        sinks.Flush();
        sinks.Flush();
        Assert.Equal((1, 1), (first.Flushes, second.Flushes));
    }

    [Fact]
    public void More_sinks_than_it_holds_are_flushed_early_and_none_is_forgotten()
    {
        var sinks = new SinkSet();
        FakeSink[] many = [.. Enumerable.Range(0, 1000).Select(_ => new FakeSink())];
        foreach (FakeSink sink in many) sinks.Add(sink);
        sinks.Flush();
        Assert.All(many, sink => Assert.Equal(1, sink.Flushes));
    }
}
