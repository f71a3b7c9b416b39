namespace DotProxy.Bench.Load;

/// <summary>When to send the next queries.</summary>
internal abstract class LoadPace
{
    /// <summary>How long to wait for answers at most, where nothing else calls.</summary>
    protected const long LongestWait = 5_000_000;

    /// <summary>Sends what is to be sent now through the sockets; returns how long there is nothing to send, in nanoseconds.</summary>
    public abstract long Send(LoadSockets sockets, long now);
}

/// <summary>A closed loop: keeps a window of queries outstanding, so that each answer lets the next query go. Finds the most that a system can do.</summary>
internal sealed class ClosedLoop(int window) : LoadPace
{
    public override long Send(LoadSockets sockets, long now)
    {
        sockets.FillUp(window);
        return LongestWait;
    }
}

/// <summary>
/// An open loop: queries come at random, independent of the answers, as from many clients (a Poisson process). Finds the latency
/// at a load. The sequence is the same in every run.
/// </summary>
internal sealed class PoissonArrivals(double rate, long start) : LoadPace
{
    private const ulong Seed = 0x9E3779B97F4A7C15;
    private const double UnitOf53Bits = 1.0 / (1L << 53);

    private ulong _state = Seed;
    private double _next = start;

    public override long Send(LoadSockets sockets, long now)
    {
        while (_next <= now)
        {
            sockets.SendOne();
            _next += -Math.Log(NextUnit()) * 1e9 / rate;
        }
        return Math.Min((long)_next - now, LongestWait);
    }

    /// <summary>Xorshift: above 0, at most 1.</summary>
    private double NextUnit()
    {
        _state ^= _state << 13;
        _state ^= _state >> 7;
        _state ^= _state << 17;
        return ((_state >> 11) + 1) * UnitOf53Bits;
    }
}
