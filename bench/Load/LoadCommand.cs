using System.Diagnostics;
using System.Net;
using System.Text.Json;

namespace DotProxy.Bench.Load;

/// <summary>The <c>load</c> subcommand.</summary>
internal static class LoadCommand
{
    public const string Usage = "--server ADDR:PORT (--window N | --rate QPS) [--seconds S] [--timeout S] [--sockets N] [--run N]";

    private const double Second = 1e9;
    private const long ExpireEvery = 10_000_000;

    public static int Run(string[] arguments)
    {
        var flags = new Arguments(arguments, "--server", "--window", "--rate", "--seconds", "--timeout", "--sockets", "--run");
        if (flags.Has("--window") == flags.Has("--rate")) throw new BenchException("give either --window or --rate");
        var names = new UniqueNames((ushort)flags.Number("--run", Environment.ProcessId));
        IPEndPoint server = flags.LoopbackAddress("--server");
        double window = flags.Number("--window", int.MaxValue);
        using var sockets = new LoadSockets(server, (int)Math.Min(flags.Number("--sockets", 16), window), names);

        Kernel.SharpenTimers();
        long start = Stopwatch.GetTimestamp(), end = start + (long)(flags.Number("--seconds", 2) * Second);
        LoadPace pace = flags.Has("--rate") ? new PoissonArrivals(flags.Number("--rate", 1), start) : new ClosedLoop((int)window);
        var tally = new LoadTally(start, end);
        Drive(sockets, pace, end, (long)(flags.Number("--timeout", 1) * Second), tally);
        tally.Sent = sockets.Sent;
        Output.Print(JsonSerializer.Serialize(tally.Conclude(), BenchJson.Compact.LoadResult));
        return 0;
    }

    /// <summary>Sends until the end, then waits for what is outstanding.</summary>
    private static void Drive(LoadSockets sockets, LoadPace pace, long end, long timeout, LoadTally tally)
    {
        long expireAt = 0;
        while (true)
        {
            long now = Stopwatch.GetTimestamp(), wait = ExpireEvery;
            if (now < end) wait = pace.Send(sockets, now);
            else if (sockets.Outstanding == 0) return;
            if (now >= expireAt)
            {
                sockets.Expire(now - timeout, tally);
                expireAt = now + ExpireEvery;
            }
            sockets.Receive(wait, tally);
        }
    }
}
