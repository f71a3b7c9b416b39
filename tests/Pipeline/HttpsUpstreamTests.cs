using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics;
using DotProxy.Tests.Fakes;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace DotProxy.Tests.Pipeline;

/// <summary>RFC 8484: upstreams that are asked over HTTPS, good ones and such as fail in every way.</summary>
public sealed class HttpsUpstreamTests
{
    private const int ServerFailure = 2;

    [Fact]
    public async Task Queries_are_answered_over_one_connection()
    {
        await using var upstream = new FakeDohServer();
        await using var proxy = new ProxyInProcess([upstream.Spec], connections: 1);
        Assert.Equal(new DnsClient.Tally(2000, 2000, 0, 0), await DnsClient.FloodAsync(proxy.EndPoint, 2000, window: 200, "n"));
        Assert.Equal(1, upstream.Accepted);
    }

    [Fact]
    public async Task A_request_is_a_padded_post_with_id_0_and_says_nothing_of_who_asks()
    {
        await using var upstream = new FakeDohServer();
        await using var proxy = new ProxyInProcess([upstream.Spec]);
        Assert.Equal(0, Wire.Rcode(await DnsClient.AskAsync(proxy.EndPoint, Wire.Query(0x4711, "a.test"))));
        byte[] query = Assert.Single(upstream.Queries);
        Assert.Equal((0, 128), (Wire.Id(query), query.Length));
        string[] expected =
        [
            ":method: POST", ":path: /dns-query", ":scheme: https", "ACCEPT: application/dns-message", "CONTENT-LENGTH: 128",
            "CONTENT-TYPE: application/dns-message", $"HOST: dot.test:{upstream.EndPoint.Port}",
        ];
        Assert.Equal(expected, Assert.Single(upstream.Fields).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("60", 240u)]
    [InlineData("0", 300u)]
    [InlineData("100000", 0u)]
    [InlineData("99999999999999999999", 0u)]
    [InlineData("soon", 300u)]
    public async Task Time_spent_in_a_cache_is_taken_off_the_ttl(string age, uint ttl)
    {
        await using var upstream = new FakeDohServer((query, _) => new DohReply(Wire.Answer(query)) { Age = age });
        await using var proxy = new ProxyInProcess([upstream.Spec]);
        byte[] query = Wire.Query(1, "a.test");
        byte[]? reply = await DnsClient.AskAsync(proxy.EndPoint, query);
        Assert.True(Wire.IsAnswerTo(reply, query));
        Assert.Equal(ttl, BinaryPrimitives.ReadUInt32BigEndian(reply.AsSpan(12 + Wire.Question(reply).Length + 6)));
    }

    [Theory]
    [InlineData("wrongname", "wrong name")]
    [InlineData("expired", "expired on")]
    [InlineData("unknownca", "unknown authority")]
    [InlineData("selfsigned", "self-signed")]
    public async Task A_bad_certificate_gets_no_query(string certificate, string reason)
    {
        await using var upstream = new FakeDohServer(certificate: certificate);
        await using var proxy = new ProxyInProcess([upstream.Spec]);
        Assert.Contains(reason, await FailureAsync(proxy), StringComparison.Ordinal);
        Assert.Empty(upstream.Queries);
    }

    [Fact]
    public async Task A_server_without_http_2_gets_no_query()
    {
        await using var upstream = new FakeDohServer(protocols: HttpProtocols.Http1);
        await using var proxy = new ProxyInProcess([upstream.Spec], timeoutSeconds: 1);
        Assert.Contains("HTTP/2", await FailureAsync(proxy), StringComparison.Ordinal);
        Assert.Empty(upstream.Queries);
    }

    [Theory]
    [InlineData(302, "redirections")]
    [InlineData(400, "HTTP status 400")]
    [InlineData(403, "does not serve this client")]
    [InlineData(404, "is that the resolver's path")]
    [InlineData(415, "HTTP status 415")]
    [InlineData(500, "HTTP status 500")]
    public async Task A_status_that_is_no_success_is_told_with_the_upstream_and_nobody_waits(int status, string text)
    {
        await using var upstream = new FakeDohServer((query, _) => new DohReply(Wire.Answer(query)) { Status = status });
        var logger = new RecordingLogger();
        await using var proxy = new ProxyInProcess([upstream.Spec], logger: logger);
        string failure = await FailureAsync(proxy);
        Assert.StartsWith($"dot.test (HTTPS) at {upstream.EndPoint}: HTTP status {status}", failure, StringComparison.Ordinal);
        Assert.Contains(text, failure, StringComparison.Ordinal);

        // Three in a row are the upstream's trouble, said once.
        for (int i = 0; i < 5; i++) await FailureAsync(proxy);
        Assert.Single(logger.Messages, line => line.Contains("upstream lost", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("text/html; charset=utf-8", "it answered text/html")]
    [InlineData(null, "something without a type")]
    public async Task Another_type_of_content_is_no_answer(string? type, string text)
    {
        await using var upstream = new FakeDohServer((query, _) => new DohReply(Wire.Answer(query)) { ContentType = type });
        await using var proxy = new ProxyInProcess([upstream.Spec]);
        Assert.Contains(text, await FailureAsync(proxy), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_type_is_compared_without_case_and_parameters()
    {
        await using var upstream = new FakeDohServer((query, _) => new DohReply(Wire.Answer(query)) { ContentType = "Application/DNS-Message; x=y", Status = 203 });
        await using var proxy = new ProxyInProcess([upstream.Spec]);
        Assert.Equal(0, Wire.Rcode(await DnsClient.AskAsync(proxy.EndPoint, Wire.Query(1, "a.test"))));
    }

    [Theory]
    [InlineData(65_536)]
    [InlineData(1_000_000)]
    public async Task More_than_a_message_can_have_is_cut_off_and_others_are_answered(int length)
    {
        await using var upstream = new FakeDohServer((query, number) => new DohReply(number == 1 ? new byte[length] : Wire.Answer(query)));
        await using var proxy = new ProxyInProcess([upstream.Spec], connections: 1);
        Assert.Contains("more than the 65535 octets", await FailureAsync(proxy), StringComparison.Ordinal);
        Assert.Equal(new DnsClient.Tally(300, 300, 0, 0), await DnsClient.FloodAsync(proxy.EndPoint, 300, window: 50, "n"));
        Assert.Equal(1, upstream.Accepted);
    }

    [Fact]
    public async Task Large_answers_do_not_close_the_windows()
    {
        await using var upstream = new FakeDohServer();
        await using var proxy = new ProxyInProcess([upstream.Spec], connections: 1);
        using TcpDns tcp = await DnsClient.ConnectAsync(proxy.EndPoint);
        for (ushort i = 0; i < 400; i++)
        {
            byte[] query = Wire.Query(i, $"t-60000-{i}.test", Wire.TypeTxt);
            await tcp.SendAsync(query);
            byte[]? reply = await tcp.ReceiveAsync();
            Assert.True(reply is { Length: > 60_000 } && Wire.Id(reply) == i);
        }
        Assert.Equal(1, upstream.Accepted);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(11)]
    [InlineData(40)]
    public async Task A_body_that_is_no_answer_to_the_question_is_not_delivered(int length)
    {
        byte[] garbage = [.. Enumerable.Range(0, length).Select(i => (byte)(i * 7))];
        await using var upstream = new FakeDohServer((_, _) => new DohReply(garbage));
        await using var proxy = new ProxyInProcess([upstream.Spec]);
        Assert.Contains("malformed", await FailureAsync(proxy), StringComparison.Ordinal);
        Assert.Equal(1, proxy.Counters.Mismatched.Value);
    }

    [Fact]
    public async Task The_answer_to_another_question_is_not_delivered()
    {
        await using var upstream = new FakeDohServer((_, _) => new DohReply(Wire.Answer(Wire.Query(0, "other.test"))));
        await using var proxy = new ProxyInProcess([upstream.Spec]);
        Assert.Contains("malformed", await FailureAsync(proxy), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fields_of_every_kind_are_read_over_and_over()
    {
        // Kestrel compresses what repeats with its table, and long values need several frames.
        await using var upstream = new FakeDohServer((query, number) => new DohReply(Wire.Answer(query))
        {
            MoreFields = new Dictionary<string, string>
            {
                ["server"] = "a server with a name", ["x-number"] = $"{number % 50}", ["x-long"] = new string((char)('a' + (number % 26)), number % 3 * 3000),
                ["cache-control"] = "max-age=300", ["alt-svc"] = "h3=\":443\"; ma=86400",
            },
        });
        await using var proxy = new ProxyInProcess([upstream.Spec], connections: 1);
        Assert.Equal(new DnsClient.Tally(1000, 1000, 0, 0), await DnsClient.FloodAsync(proxy.EndPoint, 1000, window: 50, "n"));
        Assert.Equal(1, upstream.Accepted);
    }

    [Fact]
    public async Task A_name_without_an_answer_is_failed_in_time_and_its_stream_given_up()
    {
        await using var upstream = new FakeDohServer((query, _) => new DohReply(Wire.Answer(query)) { Stalls = Wire.NameOf(query).StartsWith("stall", StringComparison.Ordinal) }, maxStreams: 10);
        await using var proxy = new ProxyInProcess([upstream.Spec], connections: 1, timeoutSeconds: 0.5);
        for (int round = 0; round < 3; round++)
        {
            Task<byte[]?>[] stalled = [.. Enumerable.Range(1, 9).Select(id => DnsClient.AskAsync(proxy.EndPoint, Wire.Query((ushort)id, $"stall{id}.test", payloadSize: 1232)))];
            while (!Array.TrueForAll(stalled, task => task.IsCompleted))
                Assert.Equal(0, Wire.Rcode(await DnsClient.AskAsync(proxy.EndPoint, Wire.Query(100, "a.test"))));
            Assert.All(await Task.WhenAll(stalled), reply => Assert.Equal(ServerFailure, Wire.Rcode(reply)));
        }
        Assert.Equal(1, upstream.Accepted);
    }

    [Fact]
    public async Task A_connection_that_falls_silent_is_given_up_and_its_queries_are_asked_again()
    {
        // What was asked first is never answered, as on a path that has died; asked again it is.
        var seen = new ConcurrentDictionary<string, bool>();
        await using var upstream = new FakeDohServer((query, _) => new DohReply(Wire.Answer(query)) { Stalls = seen.TryAdd(Wire.NameOf(query), true) });
        await using var proxy = new ProxyInProcess([upstream.Spec], connections: 1, timeoutSeconds: 2);
        Assert.Equal(new DnsClient.Tally(20, 20, 0, 0), await DnsClient.FloodAsync(proxy.EndPoint, 20, window: 20, "n"));
        Assert.Equal(2, upstream.Accepted);
    }

    [Fact]
    public async Task Queries_on_a_connection_that_is_cut_are_asked_again()
    {
        await using var upstream = new FakeDohServer((query, number) => new DohReply(Wire.Answer(query)) { Cuts = number == 500 });
        await using var proxy = new ProxyInProcess([upstream.Spec], connections: 1);
        Assert.Equal(new DnsClient.Tally(1000, 1000, 0, 0), await DnsClient.FloodAsync(proxy.EndPoint, 1000, window: 50, "n"));
        Assert.Equal(2, upstream.Accepted);
    }

    [Fact]
    public async Task Nothing_is_lost_when_the_server_says_goaway_again_and_again()
    {
        await using var upstream = new FakeDohServer((query, number) => new DohReply(Wire.Answer(query)) { GoesAway = number % 200 == 0 });
        await using var proxy = new ProxyInProcess([upstream.Spec], connections: 1);
        Assert.Equal(new DnsClient.Tally(2000, 2000, 0, 0), await DnsClient.FloodAsync(proxy.EndPoint, 2000, window: 20, "n"));
        Assert.InRange(upstream.Accepted, 5, 20);
        await Condition.HoldsAsync(() => upstream.Open <= 1);
    }

    [Fact]
    public async Task A_stream_that_is_reset_fails_its_query_alone()
    {
        await using var upstream = new FakeDohServer((query, _) => new DohReply(Wire.Answer(query)) { Resets = Wire.NameOf(query) == "bad.test." });
        await using var proxy = new ProxyInProcess([upstream.Spec], connections: 1);
        Assert.Contains("gave the query up", await FailureAsync(proxy, "bad.test"), StringComparison.Ordinal);
        Assert.Equal(new DnsClient.Tally(100, 100, 0, 0), await DnsClient.FloodAsync(proxy.EndPoint, 100, window: 10, "n"));
        Assert.Equal(1, upstream.Accepted);
    }

    [Fact]
    public async Task One_that_fails_only_gets_its_word_through_where_there_is_no_other()
    {
        await using var upstream = new FakeDohServer((query, _) => new DohReply(Wire.Error(query, ServerFailure)));
        await using var proxy = new ProxyInProcess([upstream.Spec]);
        for (ushort id = 1; id < 20; id++) Assert.Equal(ServerFailure, Wire.Rcode(await DnsClient.AskAsync(proxy.EndPoint, Wire.Query(id, $"n{id}.test"))));
        Assert.Equal(19, upstream.Queries.Count);
    }

    [Fact]
    public async Task One_that_is_gone_is_said_once_and_comes_back_by_itself()
    {
        var upstream = new FakeDohServer();
        var logger = new RecordingLogger();
        await using var proxy = new ProxyInProcess([upstream.Spec], timeoutSeconds: 1, logger: logger);
        Assert.Equal(0, Wire.Rcode(await DnsClient.AskAsync(proxy.EndPoint, Wire.Query(1, "a.test"))));
        await upstream.DisposeAsync();
        Assert.Contains("connection refused", await FailureAsync(proxy), StringComparison.Ordinal);
        // The outage is known: nobody waits.
        long start = Stopwatch.GetTimestamp();
        await FailureAsync(proxy);
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromMilliseconds(500));

        await using var back = new FakeDohServer(at: upstream.EndPoint);
        await Condition.HoldsAsync(() => logger.Messages.Any(line => line.Contains("upstream back: dot.test (HTTPS)", StringComparison.Ordinal)));
        Assert.Equal(0, Wire.Rcode(await DnsClient.AskAsync(proxy.EndPoint, Wire.Query(2, "b.test"))));
        Assert.Single(logger.Messages, line => line.Contains("upstream lost", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task In_a_group_of_tls_and_https_either_stands_in_for_the_other(bool isHttpsFirst)
    {
        var https = new FakeDohServer();
        var tls = new FakeUpstream();
        await using IAsyncDisposable one = https, other = tls;
        await using var proxy = new ProxyInProcess(isHttpsFirst ? [https.Spec, tls.Spec] : [tls.Spec, https.Spec]);
        Assert.Equal(200, (await DnsClient.FloodAsync(proxy.EndPoint, 200, window: 20, "a")).Answered);
        Assert.True((isHttpsFirst ? https.Queries.Count : tls.Queries.Count) >= 200);

        await (isHttpsFirst ? one : other).DisposeAsync();
        Assert.Equal(new DnsClient.Tally(500, 500, 0, 0), await DnsClient.FloodAsync(proxy.EndPoint, 500, window: 20, "b"));
        Assert.True((isHttpsFirst ? tls.Queries.Count : https.Queries.Count) >= 500);
    }

    [Fact]
    public async Task A_status_500_never_wins_over_an_answer_of_another()
    {
        await using var failing = new FakeDohServer((query, _) => new DohReply(Wire.Answer(query)) { Status = 500 });
        await using var well = new FakeDohServer();
        await using var proxy = new ProxyInProcess([failing.Spec, well.Spec]);
        Assert.Equal(new DnsClient.Tally(200, 200, 0, 0), await DnsClient.FloodAsync(proxy.EndPoint, 200, window: 10, "n"));
        Assert.True(failing.Queries.Count < 150, $"{failing.Queries.Count}");
    }

    [Fact]
    public async Task Every_query_is_completed_once_while_connections_are_cut()
    {
        await using FakeDohServer one = new(), other = new();
        await using var proxy = new ProxyInProcess([one.Spec, other.Spec]);
        Task<DnsClient.Tally> asking = DnsClient.FloodAsync(proxy.EndPoint, 5000, window: 50, "n");
        while (!asking.IsCompleted)
        {
            one.CutAll();
            other.CutAll();
            await Task.WhenAny(asking, Task.Delay(100, TestContext.Current.CancellationToken));
        }
        Assert.Equal(new DnsClient.Tally(5000, 5000, 0, 0), await asking);
        await Condition.HoldsAsync(() => proxy.Pending == 0);
    }

    private static async Task<string> FailureAsync(ProxyInProcess proxy, string name = "a.test")
    {
        byte[]? reply = await DnsClient.AskAsync(proxy.EndPoint, Wire.Query(1, name, payloadSize: 1232));
        Assert.NotNull(reply);
        Assert.Equal(ServerFailure, Wire.Rcode(reply));
        return Wire.ExtendedErrorText(reply);
    }
}
