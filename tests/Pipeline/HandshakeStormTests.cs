using System.Net;
using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.Pipeline;

/// <summary>How many handshakes an upstream sees when things go wrong: as many as help, and no storm.</summary>
public sealed class HandshakeStormTests
{
    // As the governor has it, and one on its way.
    private const int Burst = 8, PerSecond = 2, UnderWay = 1;

    [Fact]
    public async Task An_upstream_that_accepts_and_closes_at_once_is_dialled_twice_a_second_whatever_the_load()
    {
        await using var upstream = new FakeUpstream(idleClose: TimeSpan.Zero);
        await using var proxy = new ProxyInProcess(upstream, timeoutSeconds: 1);
        long start = TimeProvider.System.GetTimestamp();
        DnsClient.Tally flood = await DnsClient.FloodAsync(proxy.EndPoint, 600, 200, "n");
        double seconds = TimeProvider.System.GetElapsedTime(start).TotalSeconds;

        Assert.Equal(0, flood.Lost);
        Assert.InRange(upstream.Accepted, 2, Burst + (int)Math.Ceiling(seconds * PerSecond) + UnderWay);
    }

    [Fact]
    public async Task An_upstream_that_closes_on_each_query_without_an_answer_is_not_dialled_for_each()
    {
        await using var upstream = new FakeUpstream((_, _) => new FakeReply() { ThenClose = true });
        await using var proxy = new ProxyInProcess(upstream, timeoutSeconds: 1);
        long start = TimeProvider.System.GetTimestamp();
        await DnsClient.FloodAsync(proxy.EndPoint, 600, 200, "n");
        double seconds = TimeProvider.System.GetElapsedTime(start).TotalSeconds;

        Assert.InRange(upstream.Accepted, 2, Burst + (int)Math.Ceiling(seconds * PerSecond) + UnderWay);
    }

    [Fact]
    public async Task Ten_thousand_clients_that_come_back_with_the_upstream_cost_a_handshake_for_each_connection()
    {
        await using var upstream = new FakeUpstream();
        IPEndPoint place = upstream.EndPoint;
        await using var proxy = new ProxyInProcess(upstream, connections: 2);
        await Condition.HoldsAsync(() => upstream.Handshakes == 1);
        Assert.Equal(0, Wire.Rcode(await DnsClient.AskAsync(proxy.EndPoint, Wire.Query(1, "first.test"))));
        await upstream.DisposeAsync();

        Task<DnsClient.Tally> flood = DnsClient.FloodAsync(proxy.EndPoint, 10_000, 10_000, "n");
        await Condition.HoldsAsync(() => proxy.Pending > 5_000);
        await using var back = new FakeUpstream(at: place);
        DnsClient.Tally tally = await flood;

        Assert.Equal((0, 0), (tally.Failed, tally.Lost));
        Assert.InRange(back.Accepted, 1, 2);
    }
}
