using System.Net;
using System.Net.Sockets;
using DotProxy.Listeners;
using DotProxy.Resolution;
using DotProxy.Telemetry;
using DotProxy.Tests.Fakes;
using Microsoft.Extensions.Logging.Abstractions;

namespace DotProxy.Tests.Listeners;

/// <summary>The UDP loop over either kind of socket: where the system has no batched calls it answers all the same.</summary>
public sealed class PortableDatagramSocketTests
{
    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.0.0.1", false)]
    [InlineData("::1", true)]
    [InlineData("::1", false)]
    [InlineData("0.0.0.0", false)]
    public async Task A_udp_loop_answers_and_stops(string address, bool portable)
    {
        var counters = new Counters();
        using var socket = new Socket(IPAddress.Parse(address).AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        var bind = new IPEndPoint(IPAddress.Parse(address), 0);
        BatchedDatagramSocket.PrepareToBind(socket, bind);
        socket.Bind(bind);
        IPEndPoint server = Loopback.Reach(socket.LocalEndPoint!);
        using var loop = new UdpLoop(
            portable ? new PortableDatagramSocket(socket, counters) : new BatchedDatagramSocket(socket, counters),
            new Refuser(), TimeSpan.FromSeconds(1), TimeProvider.System, counters, new LogEvents(NullLogger.Instance, TimeProvider.System));
        loop.Start();

        for (ushort id = 1; id <= 20; id++)
        {
            byte[]? reply = await DnsClient.AskAsync(server, Wire.Query(id, "a.test"));
            Assert.Equal(id, Wire.Id(reply));
            Assert.Equal(5, Wire.Rcode(reply));
        }
        byte[]? malformed = await DnsClient.AskAsync(server, [.. Wire.Query(99, "a.test"), 0]);
        Assert.Equal(1, Wire.Rcode(malformed));
        Assert.Equal(1, counters.Rejected.Value);

        loop.Stop();
        Assert.Null(await DnsClient.AskAsync(server, Wire.Query(1, "a.test"), TimeSpan.FromMilliseconds(200)));
    }

    [Fact]
    public async Task A_datagram_longer_than_its_buffer_is_an_error_and_not_a_shorter_query()
    {
        await using var upstream = new FakeUpstream();
        await using var proxy = new ProxyInProcess(upstream);
        byte[]? reply = await DnsClient.AskAsync(proxy.EndPoint, [.. Wire.Query(1, "a.test"), .. new byte[3000]]);
        Assert.Equal(1, Wire.Rcode(reply));
        Assert.Empty(upstream.Queries);
    }

    private sealed class Refuser : IResolver
    {
        public Failure? Outage => null;

        public void Resolve(Query query, SinkSet sinks) => query.Complete(Outcome.Rejected(DotProxy.Dns.Rcode.Refused), sinks);

        public void Flush()
        {
        }
    }
}
