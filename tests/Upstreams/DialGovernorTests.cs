using DotProxy.Upstreams;
using Microsoft.Extensions.Time.Testing;

namespace DotProxy.Tests.Upstreams;

public sealed class DialGovernorTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Eight_dials_go_at_once_and_two_a_second_after_that()
    {
        var governor = new DialGovernor(_time);
        Assert.Equal(8, CountFree(governor));
        Assert.Equal(500, governor.Take().TotalMilliseconds, tolerance: 0.01);

        int dials = 0;
        for (int wait = 0; wait < 100; wait++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            dials += CountFree(governor);
        }
        Assert.Equal(20, dials);
    }

    [Fact]
    public void No_more_is_saved_up_in_a_long_rest()
    {
        var governor = new DialGovernor(_time);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(8, CountFree(governor));
        for (int i = 0; i < 100; i++) governor.GiveBack();
        Assert.Equal(8, CountFree(governor));
    }

    [Fact]
    public void Who_waits_as_long_as_told_may_go()
    {
        var governor = new DialGovernor(_time);
        CountFree(governor);
        for (int i = 0; i < 50; i++)
        {
            _time.Advance(governor.Take() + TimeSpan.FromTicks(1));
            Assert.Equal(TimeSpan.Zero, governor.Take());
        }
    }

    [Fact]
    public void A_dial_that_was_of_use_costs_nothing()
    {
        var governor = new DialGovernor(_time);
        for (int i = 0; i < 1000; i++)
        {
            Assert.Equal(TimeSpan.Zero, governor.Take());
            governor.GiveBack();
        }
    }

    private static int CountFree(DialGovernor governor)
    {
        int count = 0;
        while (governor.Take() == TimeSpan.Zero) count++;
        return count;
    }
}
