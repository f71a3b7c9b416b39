using System.Diagnostics;

namespace DotProxy.Bench.Faults;

/// <summary>Something that happens to the first of three upstreams while it is asked.</summary>
/// <param name="Name">What the table calls it.</param>
/// <param name="ThroughRelay">Whether it needs the relay on the way.</param>
/// <param name="Happen">From the moment that it happens until it is over; it blocks so long.</param>
/// <param name="Heal">All is well again.</param>
internal sealed record Fault(string Name, bool ThroughRelay, Action<FaultHouse, TimeSpan> Happen, Action<FaultHouse> Heal)
{
    private const string Address = FaultHouse.FirstAddress + "/32";

    public static IReadOnlyList<Fault> All { get; } =
    [
        new("killed, and started again", false, (house, time) => { house.First.Kill(); Kernel.Nap(time); }, house => house.First.Start()),
        new("frozen (SIGSTOP)", false, (house, time) => { house.First.Freeze(); Kernel.Nap(time); }, house => house.First.Thaw()),
        new("refuses connections", true, (house, time) => { house.Relay!.Refuse(); house.Relay.Reset(); Kernel.Nap(time); }, house => house.Relay!.Listen()),
        new("its packets vanish", false, (_, time) => { Ip("addr", "del", Address, "dev", "lo"); Kernel.Nap(time); }, _ => Ip("addr", "add", Address, "dev", "lo")),
        new("resets every connection, twice a second", true, (house, time) => Again(time, TimeSpan.FromMilliseconds(500), house.Relay!.Reset), _ => { }),
        new("a TLS handshake takes 5 s", true,
            (house, time) => { house.Relay!.HandshakeDelay = TimeSpan.FromSeconds(5); house.Relay.Reset(); Kernel.Nap(time); },
            house => house.Relay!.HandshakeDelay = TimeSpan.Zero),
        new("up and down every second", true, (house, time) => Flap(house.Relay!, time), house => house.Relay!.Listen()),
        new("its certificate turns bad", false, (house, time) => Restart(house, Manner.WithBadCertificate, time), house => Restart(house, Manner.Well, TimeSpan.Zero)),
        new("answers SERVFAIL only", false, (house, time) => Restart(house, Manner.ServerFailure, time), house => Restart(house, Manner.Well, TimeSpan.Zero)),
    ];

    private static void Restart(FaultHouse house, Manner manner, TimeSpan time)
    {
        house.First.Kill();
        house.First.Start(manner);
        Kernel.Nap(time);
    }

    private static void Flap(Relay relay, TimeSpan time)
    {
        bool isUp = true;
        Again(time, TimeSpan.FromSeconds(1), () =>
        {
            if (isUp) relay.Refuse();
            if (isUp) relay.Reset();
            else relay.Listen();
            isUp = !isUp;
        });
    }

    private static void Again(TimeSpan time, TimeSpan period, Action action)
    {
        for (TimeSpan passed = TimeSpan.Zero; passed < time; passed += period)
        {
            action();
            Kernel.Nap(period);
        }
    }

    private static void Ip(params string[] arguments)
    {
        using Process process = Process.Start("ip", arguments);
        process.WaitForExit();
        if (process.ExitCode != 0) throw new BenchException($"ip {string.Join(' ', arguments)} failed");
    }
}
