using DotProxy.Upstreams;
using Microsoft.Extensions.Time.Testing;

namespace DotProxy.Tests.Upstreams;

public sealed class WarmSpareTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly WarmSpare _spare;
    private int _dials;

    public WarmSpareTests() => _spare = new WarmSpare(_time, () => 0.5, () => _dials++);

    public void Dispose() => _spare.Dispose();

    [Fact]
    public void A_connection_that_was_used_or_lived_for_a_while_is_dialled_anew_within_a_fifth_of_a_second()
    {
        for (int i = 1; i <= 20; i++)
        {
            if (i % 2 == 0) _spare.Ended(TimeSpan.FromMilliseconds(1), wasUsed: true);
            else _spare.Ended(TimeSpan.FromSeconds(10), wasUsed: false);
            Assert.Equal(i - 1, _dials);
            _time.Advance(TimeSpan.FromMilliseconds(200));
            Assert.Equal(i, _dials);
        }
    }

    [Fact]
    public void An_upstream_that_closes_what_it_was_not_asked_on_is_dialled_ever_more_rarely()
    {
        // Each connection is closed as soon as it is there.
        for (int second = 0; second < 3600; second++)
        {
            int before = _dials;
            if (second == 0) _spare.Ended(TimeSpan.Zero, wasUsed: false);
            _time.Advance(TimeSpan.FromSeconds(1));
            if (_dials > before) _spare.Ended(TimeSpan.Zero, wasUsed: false);
        }
        Assert.InRange(_dials, 10, 30);
    }

    [Fact]
    public void Nothing_is_dialled_after_the_end()
    {
        _spare.Ended(TimeSpan.FromMinutes(1), wasUsed: true);
        _spare.Dispose();
        _spare.Ended(TimeSpan.FromMinutes(1), wasUsed: true);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(0, _dials);
    }
}
