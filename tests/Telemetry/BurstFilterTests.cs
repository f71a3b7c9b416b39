using DotProxy.Telemetry;
using Microsoft.Extensions.Time.Testing;

namespace DotProxy.Tests.Telemetry;

public sealed class BurstFilterTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void The_first_is_let_through_and_the_rest_counted_until_ten_seconds_are_over()
    {
        var filter = new BurstFilter(_time);
        Assert.True(filter.ShouldLog(out long suppressed));
        Assert.Equal(0, suppressed);
        for (int i = 0; i < 1000; i++) Assert.False(filter.ShouldLog(out _));

        _time.Advance(TimeSpan.FromSeconds(10) - TimeSpan.FromTicks(1));
        Assert.False(filter.ShouldLog(out _));
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.True(filter.ShouldLog(out suppressed));
        Assert.Equal(1001, suppressed);

        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.True(filter.ShouldLog(out suppressed));
        Assert.Equal(0, suppressed);
    }

    [Fact]
    public void Of_many_at_once_exactly_one_is_let_through()
    {
        var filter = new BurstFilter(_time);
        int logged = 0;
        Parallel.For(0, 1000, _ =>
        {
            if (filter.ShouldLog(out long _)) Interlocked.Increment(ref logged);
        });
        Assert.Equal(1, logged);
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.True(filter.ShouldLog(out long suppressed));
        Assert.Equal(999, suppressed);
    }
}
