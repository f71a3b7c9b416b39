using DotProxy.Resolution;

namespace DotProxy.Tests.Resolution;

/// <summary>The gate without a barrier of the caller's own: its signalled work is a plain release store.</summary>
public sealed class GateFenceTests
{
    private Gate _gate;
    private long _first;
    private long _second;
    private long _seenFirst;
    private long _seenSecond;

    [Fact]
    public void A_runner_sees_what_was_signalled_before_it_was_told_to_run_again()
    {
        using var round = new Barrier(2);
        long missed = 0;
        var other = new Thread(() => Signal(round, second: true));
        other.Start();
        for (int i = 0; i < 30_000; i++)
        {
            round.SignalAndWait(TestContext.Current.CancellationToken);
            for (int j = 0; j < 20; j++) { Volatile.Write(ref _first, _first + 1); Run(); }
            round.SignalAndWait(TestContext.Current.CancellationToken);
            if (_seenFirst != _first || _seenSecond != _second) missed++;
        }
        other.Join();
        Assert.Equal(0, missed);
    }

    private void Signal(Barrier round, bool second)
    {
        for (int i = 0; i < 30_000 && second; i++)
        {
            round.SignalAndWait();
            for (int j = 0; j < 20; j++) { Volatile.Write(ref _second, _second + 1); Run(); }
            round.SignalAndWait();
        }
    }

    private void Run()
    {
        if (!_gate.TryEnter()) return;
        do
        {
            _seenFirst = Volatile.Read(ref _first);
            _seenSecond = Volatile.Read(ref _second);
        }
        while (!_gate.TryLeave());
    }
}
