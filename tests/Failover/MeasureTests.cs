using DotProxy.Failover;

namespace DotProxy.Tests.Failover;

/// <summary>What hedging goes by: how late is late, and how often it may be done.</summary>
public sealed class MeasureTests
{
    [Fact]
    public void The_95th_percentile_is_found_to_a_fifth_and_not_before_there_are_enough()
    {
        var window = new LatencyWindow();
        for (int i = 0; i < 31; i++) window.Add(TimeSpan.FromMilliseconds(10));
        Assert.Null(window.P95);
        var random = new Random(1);
        double[] all = [.. Enumerable.Range(0, 1000).Select(_ => 1000 + (random.NextDouble() * 99_000)).Order()];
        window = new LatencyWindow();
        foreach (double micros in all.OrderBy(_ => random.Next())) window.Add(TimeSpan.FromMicroseconds(micros));
        Assert.InRange(window.P95!.Value.TotalMicroseconds, all[900], all[950] * 1.2);
    }

    [Fact]
    public void Newer_answers_count_more()
    {
        var window = new LatencyWindow();
        for (int i = 0; i < 5000; i++) window.Add(TimeSpan.FromMilliseconds(100));
        for (int i = 0; i < 5000; i++) window.Add(TimeSpan.FromMilliseconds(1));
        Assert.InRange(window.P95!.Value.TotalMilliseconds, 0.8, 1.3);
        Assert.InRange(window.AverageMicros, 999, 1001);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1e12)]
    public void No_latency_is_too_odd(double micros)
    {
        var window = new LatencyWindow();
        for (int i = 0; i < 100; i++) window.Add(TimeSpan.FromMicroseconds(micros));
        Assert.NotNull(window.P95);
    }

    [Fact]
    public void One_in_twenty_may_be_asked_twice_and_ten_are_saved_up()
    {
        var budget = new HedgeBudget();
        Assert.False(budget.TrySpend());
        for (int i = 0; i < 10_000; i++) budget.Earn();
        Assert.Equal(10, Enumerable.Range(0, 100).Count(_ => budget.TrySpend()));
        int spent = 0;
        for (int i = 0; i < 1000; i++)
        {
            budget.Earn();
            if (budget.TrySpend()) spent++;
        }
        Assert.Equal(50, spent);
    }
}
