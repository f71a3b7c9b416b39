using System.Net;
using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.EndToEnd;

/// <summary>
/// The native binary while its machine's addresses and routes change, in a network namespace. The upstream is at 192.0.2.1, and which of
/// our addresses leads there is a route's to say.
/// </summary>
public sealed class NetworkChangeTests
{
    // So late the stall would be found without the kernel's word: half of it.
    private const string Timeout = "16s";

    private static readonly IPEndPoint s_place = new(IPAddress.Parse("192.0.2.1"), 853);

    [Fact]
    public async Task Queries_in_flight_move_to_a_new_connection_when_this_machine_has_another_address()
    {
        using NetworkNamespace network = await NetworkAsync();
        // The first connection answers one query and swallows the rest, as one that leads nowhere.
        int connection = 0;
        await using FakeUpstream upstream = await UpstreamAsync(network, (query, number) =>
        {
            if (number == 1) Interlocked.Increment(ref connection);
            return number > 1 && Volatile.Read(ref connection) == 1 ? new FakeReply() : new FakeReply(Wire.Answer(query));
        });
        await using ProxyProcess proxy = await network.RunAsync(() => ProxyProcess.StartAsync(upstream.Spec, "--timeout", Timeout));
        await AssertAnsweredAsync(network, proxy, "first.test");
        Task<byte[]?> inFlight = AskAsync(network, proxy, "second.test");
        await Condition.HoldsAsync(() => upstream.Queries.Count >= 2);

        long start = TimeProvider.System.GetTimestamp();
        await network.IpAsync("route change local 192.0.2.1 dev lo src 10.0.0.2 table local");
        await network.IpAsync("addr del 10.0.0.1/32 dev lo");

        Assert.Equal(0, Wire.Rcode(await inFlight));
        Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(6));
        string line = await proxy.Process.WaitForLineAsync("network changed");
        Assert.Contains("it was 10.0.0.1 and is 10.0.0.2", line, StringComparison.Ordinal);
        Assert.Equal(2, upstream.Accepted);
    }

    [Fact]
    public async Task A_connection_that_leads_nowhere_any_more_is_found_out_before_a_query_is()
    {
        using NetworkNamespace network = await NetworkAsync();
        await using FakeUpstream upstream = await UpstreamAsync(network);
        await using ProxyProcess proxy = await network.RunAsync(() => ProxyProcess.StartAsync(upstream.Spec, "--timeout", Timeout));
        await AssertAnsweredAsync(network, proxy, "first.test");

        // Our address stays, and nothing comes back to it.
        await network.IpAsync("route del local 10.0.0.1 dev lo table local");
        await network.IpAsync("route add blackhole 10.0.0.1/32");
        string line = await proxy.Process.WaitForLineAsync("network changed");
        Assert.Contains("no answer within 1 s since", line, StringComparison.Ordinal);

        await network.IpAsync("route del blackhole 10.0.0.1/32");
        await network.IpAsync("route add local 10.0.0.1 dev lo src 10.0.0.1 table local");
        await AssertAnsweredAsync(network, proxy, "second.test");
        Assert.Equal(2, upstream.Handshakes);
    }

    [Fact]
    public async Task Changes_elsewhere_cost_a_probe_now_and_then_and_no_connection()
    {
        using NetworkNamespace network = await NetworkAsync();
        await using FakeUpstream upstream = await UpstreamAsync(network);
        await using ProxyProcess proxy = await network.RunAsync(() => ProxyProcess.StartAsync(upstream.Spec, "--timeout", Timeout));
        await AssertAnsweredAsync(network, proxy, "first.test");

        long start = TimeProvider.System.GetTimestamp();
        for (int i = 1; i <= 100; i++)
        {
            await network.IpAsync($"addr add 10.9.0.{i}/32 dev lo");
            await network.IpAsync($"addr del 10.9.0.{i}/32 dev lo");
        }
        await Condition.HoldsAsync(() => upstream.Queries.Count >= 2);
        double seconds = TimeProvider.System.GetElapsedTime(start).TotalSeconds;

        // One for each two seconds, the query itself, and one that is on its way.
        Assert.InRange(upstream.Queries.Count, 2, 3 + (int)(seconds / 2));
        Assert.Equal(1, upstream.Accepted);
        Assert.DoesNotContain("network changed", proxy.Process.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_upstream_that_can_be_reached_again_is_dialled_at_once()
    {
        using NetworkNamespace network = await NetworkAsync();
        await using FakeUpstream upstream = await UpstreamAsync(network);
        await network.IpAsync("route del local 192.0.2.1 table local");
        await using ProxyProcess proxy = await network.RunAsync(() => ProxyProcess.StartAsync(upstream.Spec, "--timeout", Timeout));
        string lost = await proxy.Process.WaitForLineAsync("upstream lost");
        Assert.Contains("network unreachable", lost, StringComparison.Ordinal);

        await network.IpAsync("route add local 192.0.2.1 dev lo src 10.0.0.1 table local");
        await proxy.Process.WaitForLineAsync("upstream back");
        await AssertAnsweredAsync(network, proxy, "first.test");
    }

    [Fact]
    public async Task A_stop_does_not_wait_for_the_kernel()
    {
        using NetworkNamespace network = await NetworkAsync();
        await using FakeUpstream upstream = await UpstreamAsync(network);
        await using ProxyProcess proxy = await network.RunAsync(() => ProxyProcess.StartAsync(upstream.Spec));
        await proxy.Process.SignalAsync("TERM");
        Assert.Equal(0, await proxy.Process.WaitForExitAsync());
    }

    private static async Task<NetworkNamespace> NetworkAsync()
    {
        NetworkNamespace network = await NetworkNamespace.CreateAsync();
        await network.IpAsync("addr add 10.0.0.1/32 dev lo");
        await network.IpAsync("addr add 10.0.0.2/32 dev lo");
        await network.IpAsync("route add local 192.0.2.1 dev lo src 10.0.0.1 table local");
        return network;
    }

    private static Task<FakeUpstream> UpstreamAsync(NetworkNamespace network, Func<byte[], int, FakeReply>? script = null) =>
        network.RunAsync(() => Task.FromResult(new FakeUpstream(script, at: s_place)));

    private static Task<byte[]?> AskAsync(NetworkNamespace network, ProxyProcess proxy, string name) =>
        network.RunAsync(() => DnsClient.AskAsync(proxy.EndPoint, Wire.Query(1, name), TimeSpan.FromSeconds(20)));

    private static async Task AssertAnsweredAsync(NetworkNamespace network, ProxyProcess proxy, string name) =>
        Assert.Equal(0, Wire.Rcode(await AskAsync(network, proxy, name)));
}
