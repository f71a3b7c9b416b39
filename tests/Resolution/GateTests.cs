using DotProxy.Resolution;

namespace DotProxy.Tests.Resolution;

public sealed class GateTests
{
    private Gate _gate;
    private int _inside;
    private long _signalled;
    private long _seen;

    [Fact]
    public void The_first_enters_and_leaves()
    {
        Assert.True(_gate.TryEnter());
        Assert.True(_gate.TryLeave());
        Assert.True(_gate.TryEnter());
    }

    [Fact]
    public void Whoever_is_turned_away_makes_the_runner_run_once_more()
    {
        Assert.True(_gate.TryEnter());
        Assert.False(_gate.TryEnter());
        Assert.False(_gate.TryEnter());
        Assert.False(_gate.TryLeave());
        Assert.True(_gate.TryLeave());
    }

    // Each signal first makes its work visible, then kicks, as the channel does. When all is quiet, none may have been missed,
    // and never may two have been inside.
    [Fact]
    public async Task Concurrent_signals_lose_no_run_and_never_run_together()
    {
        const int signallers = 4, rounds = 50_000;
        using var start = new Barrier(signallers);
        int overlaps = 0;
        await Task.WhenAll(Enumerable.Range(0, signallers).Select(_ => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait(TestContext.Current.CancellationToken);
                for (int i = 0; i < rounds; i++)
                {
                    Interlocked.Increment(ref _signalled);
                    if (!_gate.TryEnter()) continue;
                    do
                    {
                        if (Interlocked.Increment(ref _inside) != 1) Interlocked.Increment(ref overlaps);
                        Volatile.Write(ref _seen, Volatile.Read(ref _signalled));
                        Interlocked.Decrement(ref _inside);
                    }
                    while (!_gate.TryLeave());
                }
            },
            TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)));

        Assert.Equal(0, overlaps);
        Assert.Equal(signallers * rounds, _signalled);
        Assert.Equal(_signalled, _seen);
        Assert.True(_gate.TryEnter());
    }
}
