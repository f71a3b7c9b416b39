using System.Diagnostics;
using System.Net;
using System.Text.Json;

namespace DotProxy.Bench.Load;

/// <summary>The <c>load</c> subcommand.</summary>
internal static class LoadCommand
{
    public const string Usage = """
        --server ADDR:PORT (--window N | --rate QPS) [--seconds S] [--queries N] [--timeout S] [--run N]
               [--hot N [--mix PERCENT | --order once]] [--transport udp|tcp] [--sockets N]
        """;

    // UDP: enough for a server that spreads clients over its sockets. TCP: as many as a busy office has open.
    private const int UdpSockets = 16, TcpSockets = 10;
    private const double Second = 1e9;
    private const long ExpireEvery = 10_000_000;

    public static int Run(string[] arguments)
    {
        var flags = new Arguments(
            arguments, "--server", "--window", "--rate", "--seconds", "--queries", "--timeout", "--run", "--hot", "--mix", "--order", "--transport", "--sockets");
        if (flags.Has("--window") == flags.Has("--rate")) throw new BenchException("give either --window or --rate");
        using LoadSockets sockets = Open(flags);

        Kernel.SharpenTimers();
        long start = Stopwatch.GetTimestamp(), end = start + (long)(flags.Number("--seconds", 2) * Second);
        LoadPace pace = flags.Has("--rate") ? new PoissonArrivals(flags.Number("--rate", 1), start) : new ClosedLoop(flags.Count("--window", 1));
        var tally = new LoadTally(start, end);
        Drive(sockets, pace, (long)(flags.Number("--timeout", 1) * Second), tally);
        tally.Sent = sockets.Sent;
        Output.Print(JsonSerializer.Serialize(tally.Conclude(), BenchJson.Compact.LoadResult));
        return 0;
    }

    private static LoadSockets Open(Arguments flags)
    {
        IPEndPoint server = flags.LoopbackAddress("--server");
        var names = new LoadNames((ushort)flags.Count("--run", Environment.ProcessId));
        NameSequence sequence = ReadSequence(flags, out int limit);
        bool isTcp = flags.Text("--transport", "udp") == "tcp";
        int sockets = Math.Min(flags.Count("--sockets", isTcp ? TcpSockets : UdpSockets), flags.Count("--window", int.MaxValue));
        return new LoadSockets(sockets, (uint)flags.Count("--queries", limit), () =>
            isTcp ? new TcpLoadSocket(server, names, sequence) : new UdpLoadSocket(server, names, sequence));
    }

    private static NameSequence ReadSequence(Arguments flags, out int limit)
    {
        limit = int.MaxValue;
        if (!flags.Has("--hot")) return NameSequence.Unique;
        int hot = flags.Count("--hot", 1);
        if (!flags.Has("--order")) return NameSequence.Mixed((uint)hot, (uint)flags.Count("--mix", 100));
        limit = hot;
        return NameSequence.EachOnce((uint)hot);
    }

    /// <summary>Sends until the end, then waits for what is outstanding.</summary>
    private static void Drive(LoadSockets sockets, LoadPace pace, long timeout, LoadTally tally)
    {
        long expireAt = 0;
        while (true)
        {
            long now = Stopwatch.GetTimestamp(), wait = ExpireEvery;
            if (sockets.IsDone) tally.EndEarly(now);
            if (now < tally.End) wait = pace.Send(sockets, now);
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
