using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.Pipeline;

/// <summary>Whatever happens to connections, every query is completed once and given back: DEBUG builds count.</summary>
public sealed class OwnershipTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Under_random_faults_every_query_is_completed_exactly_once(int connections)
    {
        var random = new Random(connections);
        await using var upstream = new FakeUpstream((query, number) =>
        {
            int dice;
            lock (random) dice = random.Next(1000);
            return dice switch
            {
                0 => new FakeReply() { ThenClose = true },
                < 5 => new FakeReply(Wire.Answer(query)) { ThenClose = true },
                < 20 => new FakeReply(),
                < 40 => new FakeReply(Wire.Answer(query), Wire.Answer(query)),
                < 300 => new FakeReply(Wire.Answer(query)) { Delay = TimeSpan.FromMilliseconds(dice / 10) },
                _ => new FakeReply(Wire.Answer(query)),
            };
        });
        await using var proxy = new ProxyInProcess(upstream, connections, timeoutSeconds: 1);

        DnsClient.Tally[] tallies = await Task.WhenAll(
            DnsClient.FloodAsync(proxy.EndPoint, 3000, 60, "a"), DnsClient.FloodAsync(proxy.EndPoint, 3000, 60, "b"),
            FloodTcpAsync(proxy, 500));

        Assert.All(tallies, tally => Assert.Equal(0, tally.Lost));
        // What the fake swallowed fails, and what was twice on a connection that ended without an answer to anything.
        Assert.All(tallies, tally => Assert.InRange(tally.Answered, tally.Asked / 2, tally.Asked));
        Assert.Equal(0, proxy.Pending);
    }

    [Fact]
    public async Task A_cut_while_tcp_clients_leave_loses_no_lease()
    {
        await using var upstream = new FakeUpstream((query, _) => new FakeReply(Wire.Answer(query)) { Delay = TimeSpan.FromMilliseconds(20) });
        await using var proxy = new ProxyInProcess(upstream, timeoutSeconds: 1);
        for (int round = 0; round < 20; round++)
        {
            using TcpDns tcp = await DnsClient.ConnectAsync(proxy.EndPoint);
            await tcp.SendAsync([.. Enumerable.Range(0, 30).Select(i => Wire.Query((ushort)i, $"r{round}n{i}.test"))]);
            if (round % 3 == 0) upstream.CutAll();
            if (round % 2 == 0) Assert.NotNull(await tcp.ReceiveAsync());
        }
        await Condition.HoldsAsync(() => proxy.Pending == 0);
    }

    [Fact]
    public async Task Mismatched_messages_are_counted()
    {
        await using var upstream = new FakeUpstream((query, _) =>
        {
            byte[] otherId = Wire.Answer(query);
            otherId[0] ^= 0x55;
            return new FakeReply(otherId, Wire.Answer(query));
        });
        await using var proxy = new ProxyInProcess(upstream);
        await DnsClient.FloodAsync(proxy.EndPoint, 50, 1, "n");
        Assert.Equal(50, proxy.Counters.Mismatched.Value);
        Assert.Equal(0, proxy.Counters.Failed.Value);
    }

    private static async Task<DnsClient.Tally> FloodTcpAsync(ProxyInProcess proxy, int count)
    {
        using TcpDns tcp = await DnsClient.ConnectAsync(proxy.EndPoint);
        byte[][] queries = [.. Enumerable.Range(0, count).Select(i => Wire.Query((ushort)i, $"tcp{i}.test"))];
        await tcp.SendAsync(queries);
        int answered = 0, failed = 0;
        while (answered + failed < count && await tcp.ReceiveAsync() is { } reply)
        {
            if (Wire.IsAnswerTo(reply, queries[Wire.Id(reply)])) answered++;
            else failed++;
        }
        return new DnsClient.Tally(count, answered, failed, count - answered - failed);
    }
}
