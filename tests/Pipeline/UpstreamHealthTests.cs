using System.Net;
using System.Net.Sockets;
using DotProxy.Configuration;
using DotProxy.Resolution;
using DotProxy.Telemetry;
using DotProxy.Tests.Fakes;
using DotProxy.Upstreams;

namespace DotProxy.Tests.Pipeline;

/// <summary>Which connections are dialled, kept and given up as an upstream falls ill and recovers.</summary>
public sealed class UpstreamHealthTests
{
    [Fact]
    public async Task A_healthy_upstream_is_asked_although_it_once_closed_three_connections_without_an_answer()
    {
        // A TLS front whose backend is down for a moment closes on the query. Then all is well, with idle closes between rare queries.
        int connection = 0;
        await using var upstream = new FakeUpstream(
            (query, number) =>
            {
                if (number == 1) Interlocked.Increment(ref connection);
                return Volatile.Read(ref connection) <= 3 ? new FakeReply() { ThenClose = true } : new FakeReply(Wire.Answer(query));
            },
            idleClose: TimeSpan.FromMilliseconds(150));
        await using var proxy = new ProxyInProcess(upstream, connections: 1, timeoutSeconds: 1);
        Assert.Equal(2, Wire.Rcode(await DnsClient.AskAsync(proxy.EndPoint, Wire.Query(1, "first.test"))));

        var rcodes = new List<int>();
        for (ushort id = 2; id < 5; id++)
        {
            // Longer than the proxy's patience, and than the upstream's.
            await Task.Delay(TimeSpan.FromSeconds(1.2), TestContext.Current.CancellationToken);
            rcodes.Add(Wire.Rcode(await DnsClient.AskAsync(proxy.EndPoint, Wire.Query(id, $"n{id}.test"))));
        }
        Assert.Equal([0, 0, 0], rcodes);
    }

    [Fact]
    public async Task A_silent_death_is_found_out_although_a_slow_name_is_older_than_the_last_answer()
    {
        // The first connection: "slow" is never answered, "b" is, and then the path dies. A second connection answers everything.
        int connection = 0;
        await using var upstream = new FakeUpstream((query, number) =>
        {
            if (number == 1) Interlocked.Increment(ref connection);
            bool answers = Volatile.Read(ref connection) > 1 || Wire.NameOf(query).StartsWith('b');
            return answers ? new FakeReply(Wire.Answer(query)) : new FakeReply();
        });
        await using var proxy = new ProxyInProcess(upstream, connections: 1, timeoutSeconds: 2);

        Task<byte[]?> slow = DnsClient.AskAsync(proxy.EndPoint, Wire.Query(1, "slow.test"));
        await Condition.HoldsAsync(() => upstream.Queries.Count == 1);
        Assert.Equal(0, Wire.Rcode(await DnsClient.AskAsync(proxy.EndPoint, Wire.Query(2, "b.test"))));
        byte[]?[] after = await Task.WhenAll(
            Enumerable.Range(3, 5).Select(id => DnsClient.AskAsync(proxy.EndPoint, Wire.Query((ushort)id, $"c{id}.test"))));

        Assert.Equal([0, 0, 0, 0, 0], after.Select(reply => Wire.Rcode(reply)));
        await slow;
    }

    [Fact]
    public async Task A_request_for_a_worker_that_has_its_connection_dials_nothing()
    {
        await using var upstream = new FakeUpstream();
        using var bench = new Bench(upstream.EndPoint, workers: 1);
        bench.Upstream.RequestConnection(bench.Workers[0]);
        await Condition.HoldsAsync(() => bench.Workers[0].IsConnected);

        for (int i = 0; i < 100; i++) bench.Upstream.RequestConnection(bench.Workers[0]);
        await bench.Ask("a.test").Reply;

        Assert.Equal(1, upstream.Accepted);
    }

    [Fact]
    public async Task A_connection_that_comes_after_the_stop_is_closed()
    {
        await using var upstream = new FakeUpstream();
        using var bench = new Bench(upstream.EndPoint, workers: 1);
        bench.Upstream.RequestConnection(bench.Workers[0]);
        bench.Upstream.Stop();

        await Condition.HoldsAsync(() => upstream.Open == 0);
        Assert.False(bench.Workers[0].IsConnected);
    }

    [Fact]
    public async Task Under_load_no_connection_is_dialled_that_carries_no_query()
    {
        int used = 0;
        await using var upstream = new FakeUpstream((query, number) =>
        {
            if (number == 1) Interlocked.Increment(ref used);
            return new FakeReply(Wire.Answer(query)) { ThenClose = number == 20 };
        });
        int accepted;
        await using (var proxy = new ProxyInProcess(upstream, connections: 1))
        {
            await Task.WhenAll(Enumerable.Range(0, 4).Select(i => DnsClient.FloodAsync(proxy.EndPoint, 5000, 100, $"n{i}-")));
            accepted = upstream.Handshakes;
        }
        Assert.True(accepted - used <= 1, $"{accepted} connections, {used} used");
    }

    [Fact]
    public async Task An_upstream_that_takes_one_connection_only_is_not_dialled_and_lamented_without_end()
    {
        await using var upstream = new FakeUpstream();
        using var door = new OneConnectionOnly(upstream.EndPoint);
        using var bench = new Bench(door.EndPoint, workers: 2);
        bench.Upstream.RequestConnection(bench.Workers[0]);
        await Condition.HoldsAsync(() => bench.Workers[0].IsConnected);
        bench.Upstream.RequestConnection(bench.Workers[1], isExtra: true);

        long start = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(3)) await bench.Ask("a.test").Reply;

        Assert.InRange(bench.Log.Messages.Count(line => line.Contains("upstream lost", StringComparison.Ordinal)), 0, 3);
    }

    /// <summary>An upstream's workers without listeners.</summary>
    private sealed class Bench : IQueryConsumer, IDisposable
    {
        private readonly QueryChannel _channel;

        public Bench(IPEndPoint upstream, int workers)
        {
            var log = new LogEvents(Log, TimeProvider.System);
            var spec = new UpstreamSpec("fake", [upstream], "dot.test");
            var identity = new TlsIdentity(TrustStore.Find(new GivenFile(TestCertificates.Authority, "--ca-file"), _ => null), null);
            var timeout = TimeSpan.FromSeconds(4);
            var dialer = new UpstreamDialer(spec, identity, timeout / 2, TimeProvider.System, Counters, log);
            var backoff = new DialBackoff("fake", timeout, TimeProvider.System, () => 0.5, log);
            Upstream = new Upstream("fake", timeout, dialer, backoff, TimeProvider.System, log);
            _channel = new QueryChannel(1024, Counters, log);
            _channel.DrainInto(this);
            Workers = [.. Enumerable.Range(0, workers).Select(_ => new UpstreamWorker(_channel, Upstream, TimeProvider.System, Counters, log))];
        }

        public RecordingLogger Log { get; } = new();

        public Counters Counters { get; } = new();

        public Upstream Upstream { get; }

        public UpstreamWorker[] Workers { get; }

        public FakeQuery Ask(string name)
        {
            var query = new FakeQuery(name);
            _channel.Resolve(query, new SinkSet());
            _channel.Flush();
            return query;
        }

        public Failure? Outage => Upstream.Refusal;

        public void Drain() => Workers[0].Signal();

        public void Dispose()
        {
            Upstream.Stop();
            foreach (UpstreamWorker worker in Workers) worker.Abort(Failure.ShuttingDown);
        }
    }

    /// <summary>Lets one connection through to the upstream and refuses those after it.</summary>
    private sealed class OneConnectionOnly : IDisposable
    {
        private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        private readonly Socket _onward = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        private Socket? _client;

        public OneConnectionOnly(IPEndPoint upstream)
        {
            _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            _listener.Listen(1);
            EndPoint = (IPEndPoint)_listener.LocalEndPoint!;
            _ = RunAsync(upstream);
        }

        public IPEndPoint EndPoint { get; }

        public void Dispose()
        {
            _listener.Dispose();
            _client?.Dispose();
            _onward.Dispose();
        }

        private async Task RunAsync(IPEndPoint upstream)
        {
            _client = await _listener.AcceptAsync();
            _listener.Dispose();
            await _onward.ConnectAsync(upstream);
            _ = PumpAsync(_client, _onward);
            _ = PumpAsync(_onward, _client);
        }

        private static async Task PumpAsync(Socket from, Socket to)
        {
            byte[] buffer = new byte[16384];
            try
            {
                for (int count; (count = await from.ReceiveAsync(buffer)) > 0;) await to.SendAsync(buffer.AsMemory(0, count));
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                // Over.
            }
        }
    }
}
