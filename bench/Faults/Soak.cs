using System.Globalization;
using System.Security.Cryptography;
using DotProxy.Bench.Measuring;

namespace DotProxy.Bench.Faults;

/// <summary>A long load over an upstream that comes and goes: what the proxy holds at the end is what it held at the beginning.</summary>
internal static class Soak
{
    private static readonly TimeSpan s_settle = TimeSpan.FromSeconds(15);

    /// <summary>The table of what was held, and what became of the queries.</summary>
    public static string Run(FaultHouse house, TimeSpan time, int rate)
    {
        _ = new SteadyLoad(FaultHouse.ProxyAddress, rate).Run(s_settle, _ => { });
        string before = Held(house);
        long asked = 0, lost = 0, failed = 0;
        double longest = 0;
        for (TimeSpan passed = TimeSpan.Zero; passed < time; passed += s_settle)
        {
            IReadOnlyList<Asked> part = new SteadyLoad(FaultHouse.ProxyAddress, rate).Run(s_settle, running => Disturb(house.Relay!, running));
            asked += part.Count;
            lost += part.Count(one => one.Answered < TimeSpan.Zero);
            failed += part.Count(one => one.Answered > TimeSpan.Zero && one.Mark is null);
            longest = Math.Max(longest, part.Max(one => (one.Answered - one.Sent).TotalMilliseconds));
        }
        _ = new SteadyLoad(FaultHouse.ProxyAddress, rate).Run(s_settle, _ => { });
        return string.Create(CultureInfo.InvariantCulture,
            $"| | descriptors | threads | resident KiB |\n|---|---|---|---|\n| before | {before} |\n| after {time.TotalMinutes:0} min | {Held(house)} |\n\n")
            + string.Create(CultureInfo.InvariantCulture, $"{asked} queries: {lost} lost, {failed} failed, {longest:0} ms at most; {house.Handshakes} handshakes with the one that came and went.\n");
    }

    /// <summary>Resets, refusals and slow handshakes, at random, and all well at the end.</summary>
    private static void Disturb(Relay relay, SteadyLoad running)
    {
        while (running.Now < s_settle - TimeSpan.FromSeconds(3))
        {
            relay.HandshakeDelay = RandomNumberGenerator.GetInt32(4) == 0 ? TimeSpan.FromSeconds(2) : TimeSpan.Zero;
            if (RandomNumberGenerator.GetInt32(2) == 0) relay.Refuse();
            relay.Reset();
            Kernel.Nap(TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(100, 1500)));
            relay.Listen();
            Kernel.Nap(TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(100, 1500)));
        }
        relay.HandshakeDelay = TimeSpan.Zero;
    }

    private static string Held(FaultHouse house)
    {
        string process = $"/proc/{house.ProxyId}";
        string[] status = File.ReadAllLines(Path.Combine(process, "status"));
        return $"{Directory.GetFiles(Path.Combine(process, "fd")).Length} | {Value("Threads:")} | {Value("VmRSS:")}";

        string Value(string key) => status.First(line => line.StartsWith(key, StringComparison.Ordinal))[key.Length..].Replace("kB", "", StringComparison.Ordinal).Trim();
    }
}
