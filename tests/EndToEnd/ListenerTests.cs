using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.EndToEnd;

/// <summary>What clients see of the UDP and TCP listeners of the native binary.</summary>
public sealed class ListenerTests
{
    [Fact]
    public async Task A_large_answer_is_truncated_over_udp_and_whole_over_tcp()
    {
        // RFC 1035 §4.2.1: 512 octets without EDNS. RFC 9715: 1 232 with it, whatever the client would take.
        await using var upstream = new FakeUpstream();
        await using ProxyProcess proxy = await ProxyProcess.StartAsync(upstream.Spec);

        byte[]? plain = await DnsClient.AskAsync(proxy.EndPoint, Wire.Query(1, "size-900.test", Wire.TypeTxt));
        Assert.True(Wire.IsTruncated(plain));
        Assert.InRange(plain!.Length, 12, 512);
        Assert.Equal("size-900.test.", Wire.NameOf(plain));

        byte[]? edns = await DnsClient.AskAsync(proxy.EndPoint, Wire.Query(2, "size-900.test", Wire.TypeTxt, payloadSize: 1232));
        Assert.False(Wire.IsTruncated(edns));
        byte[]? large = await DnsClient.AskAsync(proxy.EndPoint, Wire.Query(3, "size-3000.test", Wire.TypeTxt, payloadSize: 4096));
        Assert.True(Wire.IsTruncated(large));
        Assert.InRange(large!.Length, 12, 1232);

        using TcpDns tcp = await DnsClient.ConnectAsync(proxy.EndPoint);
        await tcp.SendAsync(Wire.Query(4, "size-3000.test", Wire.TypeTxt), Wire.Query(5, "size-60000.test", Wire.TypeTxt));
        Assert.InRange((await tcp.ReceiveAsync())!.Length, 3000, 3200);
        Assert.InRange((await tcp.ReceiveAsync())!.Length, 60000, 60500);
    }

    [Fact]
    public async Task A_reply_leaves_from_the_address_that_was_asked()
    {
        // RFC 2181 §4.1. All of 127/8 is this machine's; the client's socket is connected and drops what comes from elsewhere.
        await using var upstream = new FakeUpstream();
        await using ProxyProcess proxy = await ProxyProcess.StartAsync(upstream.Spec, "--listen", "0.0.0.0:0");
        string line = await proxy.Process.WaitForLineAsync("listening on 0.0.0.0:");
        int port = int.Parse(line.Split("0.0.0.0:")[1].Split(' ')[0], null);

        byte[] query = Wire.Query(1, "a.test");
        Assert.True(Wire.IsAnswerTo(await DnsClient.AskAsync(new IPEndPoint(IPAddress.Parse("127.0.0.3"), port), query), query));
        Assert.True(Wire.IsAnswerTo(await DnsClient.AskAsync(new IPEndPoint(IPAddress.Parse("127.9.9.9"), port), query), query));
    }

    [Theory]
    [InlineData("[::1]:0")]
    [InlineData("[::]:0")]
    public async Task Ipv6_works_over_udp_and_tcp(string listen)
    {
        await using var upstream = new FakeUpstream();
        await using ProxyProcess proxy = await ProxyProcess.WaitAsync(new BackgroundProcess(
            Repository.Binary, ["--listen", listen, "--upstream", upstream.Spec, "--ca-file", TestCertificates.Authority]));
        var address = new IPEndPoint(IPAddress.IPv6Loopback, proxy.EndPoint.Port);

        byte[] query = Wire.Query(1, "a.test");
        Assert.True(Wire.IsAnswerTo(await DnsClient.AskAsync(address, query), query));
        using TcpDns tcp = await DnsClient.ConnectAsync(address);
        await tcp.SendAsync(query);
        Assert.True(Wire.IsAnswerTo(await tcp.ReceiveAsync(), query));
    }

    [Fact]
    public async Task Ten_pipelined_queries_are_answered_as_answers_come()
    {
        // RFC 7766 §6.2.1.1: the first is slow, the others do not wait for it, and the connection stays open.
        await using var upstream = new FakeUpstream((query, _) => new FakeReply(Wire.Answer(query))
        {
            Delay = TimeSpan.FromMilliseconds(Wire.NameOf(query).StartsWith("slow", StringComparison.Ordinal) ? 700 : 0),
        });
        await using ProxyProcess proxy = await ProxyProcess.StartAsync(upstream.Spec);
        using TcpDns tcp = await DnsClient.ConnectAsync(proxy.EndPoint);
        byte[][] queries = [.. Enumerable.Range(0, 10).Select(i => Wire.Query((ushort)i, i == 0 ? "slow.test" : $"fast{i}.test"))];

        await tcp.SendAsync(queries);
        var order = new List<ushort>();
        for (int i = 0; i < 10; i++)
        {
            byte[]? reply = await tcp.ReceiveAsync();
            Assert.True(Wire.IsAnswerTo(reply, queries[Wire.Id(reply)]));
            order.Add(Wire.Id(reply));
        }

        Assert.Equal(0, order[^1]);
        await tcp.SendAsync(queries[1]);
        Assert.True(Wire.IsAnswerTo(await tcp.ReceiveAsync(), queries[1]));
    }

    [Fact]
    public async Task A_message_octet_by_octet_is_one_message()
    {
        // RFC 1035 §4.2.2, RFC 7766 §8.
        await using var upstream = new FakeUpstream();
        await using ProxyProcess proxy = await ProxyProcess.StartAsync(upstream.Spec);
        using TcpDns tcp = await DnsClient.ConnectAsync(proxy.EndPoint);
        byte[] query = Wire.Query(1, "a.test");
        foreach (byte octet in Wire.Framed(query)) await tcp.SendRawAsync([octet]);
        Assert.True(Wire.IsAnswerTo(await tcp.ReceiveAsync(), query));
    }

    [Fact]
    public async Task After_a_half_close_everything_asked_is_answered()
    {
        await using var upstream = new FakeUpstream((query, _) => new FakeReply(Wire.Answer(query)) { Delay = TimeSpan.FromMilliseconds(100) });
        await using ProxyProcess proxy = await ProxyProcess.StartAsync(upstream.Spec);
        using TcpDns tcp = await DnsClient.ConnectAsync(proxy.EndPoint);
        byte[][] queries = [.. Enumerable.Range(0, 200).Select(i => Wire.Query((ushort)i, $"n{i}.test"))];

        await tcp.SendAsync(queries);
        tcp.Socket.Shutdown(SocketShutdown.Send);

        for (int i = 0; i < queries.Length; i++)
        {
            byte[]? reply = await tcp.ReceiveAsync();
            Assert.True(Wire.IsAnswerTo(reply, queries[Wire.Id(reply)]));
        }
        Assert.Null(await tcp.ReceiveAsync());
    }

    [Fact]
    public async Task An_idle_client_is_closed_and_one_that_waits_for_an_answer_is_not()
    {
        await using var upstream = new FakeUpstream((query, _) => new FakeReply(Wire.Answer(query)) { Delay = TimeSpan.FromSeconds(12) });
        await using ProxyProcess proxy = await ProxyProcess.StartAsync(upstream.Spec, "--timeout", "30s");
        using TcpDns idle = await DnsClient.ConnectAsync(proxy.EndPoint), dribbling = await DnsClient.ConnectAsync(proxy.EndPoint);
        using TcpDns waiting = await DnsClient.ConnectAsync(proxy.EndPoint);
        byte[] query = Wire.Query(1, "a.test");
        await waiting.SendAsync(query);
        // A part of a message now and then is no activity.
        await dribbling.SendRawAsync([0, 50, 1, 2, 3]);

        Assert.Null(await idle.ReceiveAsync());
        Assert.Null(await dribbling.ReceiveAsync());
        Assert.True(Wire.IsAnswerTo(await waiting.ReceiveAsync(), query));
    }

    [Fact]
    public async Task Connections_per_client_are_capped_and_udp_is_unaffected()
    {
        // RFC 9210 §4.
        await using var upstream = new FakeUpstream();
        await using ProxyProcess proxy = await ProxyProcess.StartAsync(upstream.Spec);
        var clients = new List<TcpDns>();
        for (int i = 0; i < 128; i++) clients.Add(await DnsClient.ConnectAsync(proxy.EndPoint));
        byte[] query = Wire.Query(1, "a.test");
        await clients[^1].SendAsync(query);
        Assert.True(Wire.IsAnswerTo(await clients[^1].ReceiveAsync(), query));

        using TcpDns oneTooMany = await DnsClient.ConnectAsync(proxy.EndPoint);
        Assert.Null(await oneTooMany.ReceiveAsync());
        Assert.True(Wire.IsAnswerTo(await DnsClient.AskAsync(proxy.EndPoint, query), query));
        await proxy.Process.WaitForLineAsync("TCP client turned away");

        foreach (TcpDns client in clients) client.Dispose();
        await Condition.HoldsAsync(() => IsServed(proxy, query));
    }

    [Fact]
    public async Task A_client_that_does_not_read_is_cut_off_and_others_are_served()
    {
        await using var upstream = new FakeUpstream();
        await using ProxyProcess proxy = await ProxyProcess.StartAsync(upstream.Spec);
        using TcpDns stubborn = await DnsClient.ConnectAsync(proxy.EndPoint);
        stubborn.Socket.ReceiveBufferSize = 4096;
        byte[] large = Wire.Framed(Wire.Query(1, "size-60000.test", Wire.TypeTxt));
        Task stuffing = Task.Run(async () =>
        {
            // 500 answers of 60 000 octets are more than any buffer on the way takes.
            for (int i = 0; i < 500; i++) await stubborn.SendRawAsync(large);
        });
        await Assert.ThrowsAnyAsync<SocketException>(async () =>
        {
            await stuffing;
            while (stubborn.Socket.Connected) await stubborn.SendRawAsync([0]);
        });
        byte[] query = Wire.Query(1, "a.test");
        Assert.True(Wire.IsAnswerTo(await DnsClient.AskAsync(proxy.EndPoint, query), query));
    }

    [Fact]
    public async Task A_client_that_reads_slowly_gets_all_it_asked_for()
    {
        await using var upstream = new FakeUpstream();
        await using ProxyProcess proxy = await ProxyProcess.StartAsync(upstream.Spec);
        using TcpDns slow = await DnsClient.ConnectAsync(proxy.EndPoint, receiveBuffer: 4096);
        byte[][] queries = [.. Enumerable.Range(0, 200).Select(i => Wire.Query((ushort)i, $"size-16000.n{i}.test", Wire.TypeTxt))];
        Task asking = slow.SendAsync(queries);

        // 3.2 MB through a window of 4 KiB, far more than may wait for one client.
        for (int i = 0; i < queries.Length; i++) Assert.InRange((await slow.ReceiveAsync())?.Length ?? 0, 16_000, 17_000);
        await asking;
    }

    [Fact]
    public async Task Idle_clients_leave_descriptors_for_the_upstream()
    {
        await using var upstream = new FakeUpstream();
        string dotproxy = $"exec '{Repository.Binary}' --listen 127.0.0.1:0 --upstream '{upstream.Spec}' --ca-file '{TestCertificates.Authority}' --timeout 7s";
        await using ProxyProcess proxy = await ProxyProcess.WaitAsync(new BackgroundProcess("sh", ["-c", $"ulimit -Sn 100; ulimit -Hn 160; {dotproxy}"]));
        await Condition.HoldsAsync(() => Regex.IsMatch(File.ReadAllText($"/proc/{proxy.Process.Id}/limits"), "Max open files +160 +160 "));

        await proxy.Process.WaitForLineAsync("connected to");
        var clients = new List<TcpDns>();
        for (int i = 0; i < 160; i++) clients.Add(await DnsClient.ConnectAsync(proxy.EndPoint));
        upstream.CutAll();

        Assert.Equal(new DnsClient.Tally(50, 50, 0, 0), await DnsClient.FloodAsync(proxy.EndPoint, 50, 5, "n"));
        clients.ForEach(client => client.Dispose());
    }

    [Fact]
    public async Task At_the_bound_of_the_queue_queries_are_refused_at_once_with_ede_23()
    {
        // No connection ever comes about, so that the queue of 16 fills.
        using var blackHole = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        blackHole.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        blackHole.Listen();
        await using ProxyProcess proxy = await ProxyProcess.StartAsync($"tls://{blackHole.LocalEndPoint}#dot.test", "--queue", "16");

        Task<byte[]?>[] asked = [.. Enumerable.Range(0, 40).Select(i => DnsClient.AskAsync(proxy.EndPoint, Wire.Query((ushort)i, $"n{i}.test", payloadSize: 1232)))];
        byte[]?[] replies = await Task.WhenAll(asked);

        Assert.All(replies, reply => Assert.Equal(2, Wire.Rcode(reply)));
        byte[]?[] shed = [.. replies.Where(reply => Wire.ExtendedErrorText(reply) == "queue full")];
        Assert.Equal(24, shed.Length);
        Assert.All(shed, reply => Assert.Equal(23, Wire.ExtendedErrorCode(reply)));
        await proxy.Process.WaitForLineAsync("queue full (16 queries)");
    }

    [Fact]
    public async Task Garbage_harms_nobody()
    {
        await using var upstream = new FakeUpstream();
        await using ProxyProcess proxy = await ProxyProcess.StartAsync(upstream.Spec);
        var random = new Random(1);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        for (int i = 0; i < 5000; i++)
        {
            byte[] garbage = new byte[random.Next(0, 100)];
            random.NextBytes(garbage);
            await socket.SendToAsync(garbage, proxy.EndPoint);
        }
        using (TcpDns tcp = await DnsClient.ConnectAsync(proxy.EndPoint))
        {
            byte[] garbage = new byte[100_000];
            random.NextBytes(garbage);
            await tcp.SendRawAsync(garbage);
        }
        Assert.Equal(new DnsClient.Tally(100, 100, 0, 0), await DnsClient.FloodAsync(proxy.EndPoint, 100, 10, "after"));
        Assert.DoesNotContain("unexpected", proxy.Process.Output, StringComparison.Ordinal);
    }

    private static bool IsServed(ProxyProcess proxy, byte[] query)
    {
        using TcpDns tcp = DnsClient.ConnectAsync(proxy.EndPoint).GetAwaiter().GetResult();
        try
        {
            tcp.SendAsync(query).GetAwaiter().GetResult();
            return tcp.ReceiveAsync().GetAwaiter().GetResult() is not null;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
