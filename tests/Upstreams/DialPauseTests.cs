using DotProxy.Upstreams;
using Microsoft.Extensions.Time.Testing;

namespace DotProxy.Tests.Upstreams;

public sealed class DialPauseTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void After_a_failure_the_backoff_says_when()
    {
        var pause = new DialPause(_time);
        Assert.Equal(TimeSpan.Zero, pause.Next());
        pause.Postpone(TimeSpan.FromMilliseconds(300));
        Assert.Equal(300, pause.Next().TotalMilliseconds, 0.1);
        _time.Advance(TimeSpan.FromMilliseconds(301));
        Assert.Equal(TimeSpan.Zero, pause.Next());
    }

    [Fact]
    public void Once_nobody_asks_it_is_dialled_seldom_and_at_once_when_somebody_does()
    {
        var pause = new DialPause(_time);
        int dials = 0;
        for (int second = 0; second < 3600; second++)
        {
            if (pause.Next() == TimeSpan.Zero)
            {
                dials++;
                pause.Postpone(TimeSpan.FromSeconds(1));
            }
            _time.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.InRange(dials, 25, 45);

        Assert.True(pause.IsQuiet);
        Assert.True(pause.Next() > TimeSpan.Zero);
        Assert.True(pause.Want());
        Assert.Equal((false, TimeSpan.Zero, false), (pause.IsQuiet, pause.Next(), pause.Want()));
    }

    [Fact]
    public void A_change_of_the_network_ends_every_pause_but_the_governors()
    {
        var pause = new DialPause(_time);
        _time.Advance(TimeSpan.FromMinutes(1));
        pause.Postpone(TimeSpan.FromSeconds(10));
        pause.StartOver();
        Assert.Equal(TimeSpan.Zero, pause.Next());
        for (int i = 0; i < 20; i++) pause.Next();
        Assert.True(pause.Next() > TimeSpan.Zero);
    }
}
