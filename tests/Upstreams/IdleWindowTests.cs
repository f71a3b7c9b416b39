using DotProxy.Upstreams;

namespace DotProxy.Tests.Upstreams;

public sealed class IdleWindowTests
{
    private readonly IdleWindow _window = new();

    [Fact]
    public void Nothing_is_known_at_first() => Assert.Null(_window.Limit(told: null));

    [Theory]
    [InlineData(2, 1.8)]
    [InlineData(10, 9)]
    [InlineData(600, 598)]
    [InlineData(0.3, 0.15)]
    [InlineData(0, 0)]
    public void What_the_server_says_holds_less_a_margin(double told, double limit)
    {
        Assert.Equal(limit, _window.Limit(TimeSpan.FromSeconds(told))!.Value.TotalSeconds, tolerance: 0.001);
    }

    [Fact]
    public void What_it_said_last_holds_for_a_connection_that_was_not_asked_on()
    {
        _window.Told(TimeSpan.FromSeconds(10));
        Assert.Equal(TimeSpan.FromSeconds(9), _window.Limit(told: null));
        // Zero speaks of one connection, and silence of all.
        _window.Told(TimeSpan.Zero);
        Assert.Equal(TimeSpan.FromSeconds(9), _window.Limit(told: null));
        _window.Told(null);
        Assert.Null(_window.Limit(told: null));
    }

    [Fact]
    public void Two_idle_closes_in_a_row_that_agree_are_a_habit()
    {
        _window.Observed(TimeSpan.FromSeconds(10));
        Assert.Null(_window.Limit(told: null));
        _window.Observed(TimeSpan.FromSeconds(30));
        Assert.Null(_window.Limit(told: null));
        _window.Observed(TimeSpan.FromSeconds(31));
        Assert.Equal(TimeSpan.FromSeconds(28), _window.Limit(told: null));
    }

    [Fact]
    public void A_close_after_a_moment_is_no_idle_close()
    {
        for (int i = 0; i < 10; i++) _window.Observed(TimeSpan.FromMilliseconds(50));
        Assert.Null(_window.Limit(told: null));
    }

    [Fact]
    public void A_habit_is_looked_at_again_now_and_then()
    {
        for (int i = 0; i < 2; i++) _window.Observed(TimeSpan.FromSeconds(10));
        int closes = 0;
        while (_window.Limit(told: null) is not null && closes < 1000)
        {
            _window.Closed();
            closes++;
        }
        Assert.InRange(closes, 10, 100);
        // One more of the same kind is enough to know it again.
        _window.Observed(TimeSpan.FromSeconds(10));
        Assert.Equal(TimeSpan.FromSeconds(9), _window.Limit(told: null));
    }
}
