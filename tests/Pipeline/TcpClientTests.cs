using System.Net.Sockets;
using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.Pipeline;

/// <summary>TCP clients that ask for trouble, and those that only ask for much.</summary>
public sealed class TcpClientTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_that_does_not_read_is_cut_off_whether_or_not_it_has_said_fin(bool fin)
    {
        await using var upstream = new FakeUpstream();
        await using var proxy = new ProxyInProcess(upstream);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 2048 };
        // TCP_MAXSEG: with small segments the proxy's kernel holds little, and what waits is in the proxy.
        socket.SetRawSocketOption(6, 2, BitConverter.GetBytes(536));
        await socket.ConnectAsync(proxy.EndPoint, TestContext.Current.CancellationToken);
        using var client = new TcpDns(socket);

        try
        {
            // More than the kernels take while the client reads nothing.
            for (ushort i = 0; i < 8; i++)
            {
                await client.SendAsync(Wire.Query(i, $"t-60000.n{i}.test", Wire.TypeTxt));
                await Condition.HoldsAsync(() => upstream.Answered > i || proxy.Counters.TcpRefused.Value > 0);
            }
            if (fin) socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // Cut off already.
        }

        await Condition.HoldsAsync(() => proxy.Counters.TcpRefused.Value > 0);
    }

    [Theory]
    [InlineData(8_000)]
    [InlineData(30_000)]
    [InlineData(60_000)]
    public async Task A_client_that_reads_gets_all_of_its_64_pipelined_answers(int length)
    {
        var waiting = new List<byte[]>();
        await using var upstream = new FakeUpstream((query, number) =>
        {
            waiting.Add(Wire.Answer(query));
            return number == 64 ? new FakeReply([.. waiting]) : new FakeReply();
        });
        await using var proxy = new ProxyInProcess(upstream);
        using TcpDns client = await DnsClient.ConnectAsync(proxy.EndPoint);
        await client.SendAsync([.. Enumerable.Range(0, 64).Select(i => Wire.Query((ushort)i, $"t-{length}.n{i}.test", Wire.TypeTxt))]);

        int got = 0;
        while (got < 64 && await client.ReceiveAsync() is not null) got++;
        Assert.Equal(64, got);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(12)]
    public async Task One_tcp_client_that_sends_without_pause_holds_up_nobody(int messageLength)
    {
        // Empty messages are dropped and end the session; headers without a question are answered FORMERR, one by one.
        byte[] messages = [.. Enumerable.Repeat(Wire.Framed(new byte[messageLength]), 3000).SelectMany(octets => octets)];
        await using var upstream = new FakeUpstream();
        await using ProxyProcess proxy = await ProxyProcess.StartAsync(upstream.Spec);
        Assert.NotNull(await DnsClient.AskAsync(proxy.EndPoint, Wire.Query(1, "before.test")));
        using TcpDns client = await DnsClient.ConnectAsync(proxy.EndPoint);
        using var stop = new CancellationTokenSource();
        Task flood = Task.Factory.StartNew(
            () =>
            {
                try
                {
                    while (!stop.IsCancellationRequested) client.Socket.Send(messages);
                }
                catch (SocketException)
                {
                    // It was cut off, as it should be.
                }
            },
            TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

        int lost = 0;
        for (ushort id = 2; id < 7; id++)
        {
            byte[]? reply = await DnsClient.AskAsync(proxy.EndPoint, Wire.Query(id, $"n{id}.test"), TimeSpan.FromSeconds(2));
            if (reply is null || Wire.Rcode(reply) != 0) lost++;
        }
        await stop.CancelAsync();
        client.Socket.Dispose();
        await flood;
        Assert.Equal(0, lost);
    }
}
