using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using DotProxy.Configuration;
using DotProxy.Resolution;
using DotProxy.Telemetry;
using DotProxy.Tests.Fakes;
using DotProxy.Upstreams;

namespace DotProxy.Tests.Upstreams;

/// <summary>Against a server on loopback that does what each test says.</summary>
public sealed class PlainUpstreamTests
{
    private readonly RecordingLogger _logger = new();
    private readonly Counters _counters = new();

    [Fact]
    public async Task A_query_goes_out_with_EDNS_of_our_own_and_no_padding_and_its_answer_comes_back()
    {
        await using var server = new PlainServer();
        byte[] query = Messages.Query("www.Example.com", opt: Messages.Opt(4096, flags: Messages.DnssecOk, options: Messages.Option(Messages.OptionCookie, new byte[8])));
        ParsedMessage reply = await AskAsync(server, query);
        Assert.Single(reply.Answers);

        var sent = new ParsedMessage(Assert.Single(server.Queries).Message);
        Assert.Equal([Messages.Question("www.Example.com")], sent.Questions);
        Assert.Equal((1232, true, 0), (sent.Opt!.PayloadSize, sent.Opt.DnssecOk, sent.Opt.Options.Count));
    }

    [Fact]
    public async Task A_server_that_is_asked_over_TCP_is_never_asked_over_UDP()
    {
        await using var server = new PlainServer();
        Assert.Single((await AskAsync(server, Messages.Query("a.test"), overTcp: true)).Answers);
        Assert.True(Assert.Single(server.Queries).OverTcp);
    }

    // RFC 1035 §4.2.1, RFC 7766 §5.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_truncated_answer_and_one_that_is_larger_than_we_take_are_fetched_over_TCP(bool isOversize)
    {
        await using var server = new PlainServer(query =>
        {
            if (query.OverTcp) return [Wire.Answer(query.Message)];
            byte[] truncated = Wire.Error(query.Message, 0);
            if (!isOversize) truncated[2] |= 2;
            return [isOversize ? [.. truncated, .. new byte[6000]] : truncated];
        });
        ParsedMessage reply = await AskAsync(server, Messages.Query("size-3000.test", Messages.TypeTxt));
        Assert.False(reply.IsTruncated);
        Assert.InRange(reply.Length, 3000, 3200);
        Assert.Equal([false, true], server.Queries.Select(query => query.OverTcp));
    }

    [Fact]
    public async Task A_datagram_that_is_lost_is_sent_again_after_a_second_with_the_same_ID_from_the_same_port()
    {
        await using var server = new PlainServer(query => query.Number == 1 ? [] : [Wire.Answer(query.Message)]);
        var clock = Stopwatch.StartNew();
        Assert.Single((await AskAsync(server, Messages.Query("a.test"))).Answers);
        Assert.InRange(clock.Elapsed, TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(3));
        PlainQuery[] sent = [.. server.Queries];
        Assert.Equal(2, sent.Length);
        Assert.Equal((sent[0].Port, Wire.Id(sent[0].Message)), (sent[1].Port, Wire.Id(sent[1].Message)));
    }

    // RFC 9520 §3.1: three queries in all. RFC 8914: why.
    [Fact]
    public async Task A_server_that_is_silent_is_asked_three_times_and_given_up_at_the_deadline()
    {
        await using var server = new PlainServer(_ => []);
        var clock = Stopwatch.StartNew();
        ParsedMessage reply = await AskAsync(server, Messages.Query("a.test", opt: Messages.Opt()), timeout: 0.9);
        Assert.InRange(clock.Elapsed, TimeSpan.FromSeconds(0.85), TimeSpan.FromSeconds(3));
        Assert.Equal(2, reply.Rcode);
        Assert.Equal([(23, $"udp://{server.EndPoint}: no answer within 0.9 s")], reply.Opt!.ExtendedErrors);
        Assert.Equal(3, server.Queries.Count);
        Assert.Equal(1, _counters.Failed.Value);
        Assert.Contains("no answer for a routed zone", Assert.Single(_logger.Messages, message => message.Contains("routed", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Where_nobody_listens_the_failure_says_so_before_the_deadline(bool overTcp)
    {
        var clock = Stopwatch.StartNew();
        IPEndPoint nobody = FreePort();
        ParsedMessage reply = await AskAsync(nobody, Messages.Query("a.test", opt: Messages.Opt()), overTcp);
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(3));
        (int code, string text) = Assert.Single(reply.Opt!.ExtendedErrors);
        Assert.Equal((2, 23), (reply.Rcode, code));
        Assert.EndsWith("connection refused", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_closes_is_asked_once_more_on_a_fresh_connection()
    {
        await using var server = new PlainServer(query => query.Number == 1 ? [] : [Wire.Answer(query.Message)]);
        Assert.Single((await AskAsync(server, Messages.Query("a.test"), overTcp: true)).Answers);
        await using var closing = new PlainServer(_ => []);
        ParsedMessage reply = await AskAsync(closing, Messages.Query("a.test", opt: Messages.Opt()), overTcp: true);
        Assert.EndsWith("closed without an answer", Assert.Single(reply.Opt!.ExtendedErrors).Text, StringComparison.Ordinal);
        Assert.Equal(2, closing.Queries.Count);
    }

    // RFC 5452 §9.1.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_no_answer_to_the_question_is_passed_over_and_counted(bool overTcp)
    {
        await using var server = new PlainServer(query => [.. Garbage(query.Message), Wire.Answer(query.Message)]);
        Assert.Single((await AskAsync(server, Messages.Query("a.test"), overTcp)).Answers);
        Assert.Equal(Garbage(Messages.Query("a.test")).Length, _counters.Mismatched.Value);
        Assert.Single(server.Queries);
    }

    // RFC 5452 §9.3: who sees many wrong ones "MAY abandon the UDP query and re-issue it over TCP".
    [Fact]
    public async Task Where_somebody_seems_to_guess_it_is_asked_over_TCP()
    {
        await using var server = new PlainServer(query => query.OverTcp
            ? [Wire.Answer(query.Message)]
            : [.. Enumerable.Range(1, 100).Select(i => (byte[])[(byte)(query.Message[0] ^ i), .. Wire.Answer(query.Message)[1..]])]);
        Assert.Single((await AskAsync(server, Messages.Query("a.test"))).Answers);
        Assert.Equal([false, true], server.Queries.Select(query => query.OverTcp));
        Assert.Equal(16, _counters.Mismatched.Value);
    }

    // RFC 6891 §7: "Responders that choose not to implement the protocol extensions … MUST respond with … FORMERR".
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task A_server_from_before_EDNS_is_asked_again_without(int rcode)
    {
        await using var server = new PlainServer(query => [new ParsedMessage(query.Message).Opt is null ? Wire.Answer(query.Message) : Wire.Error(query.Message, rcode)]);
        Assert.Single((await AskAsync(server, Messages.Query("a.test"))).Answers);
        Assert.Equal(2, server.Queries.Count);
    }

    [Fact]
    public async Task An_error_of_the_server_is_passed_on()
    {
        await using var server = new PlainServer(query => [Wire.Error(query.Message, 5)]);
        Assert.Equal(5, (await AskAsync(server, Messages.Query("a.test"))).Rcode);
        Assert.Single(server.Queries);
    }

    // RFC 5452 §9.2: IDs and ports that nobody can foretell.
    [Fact]
    public async Task Each_query_has_a_port_and_an_ID_of_its_own()
    {
        await using var server = new PlainServer();
        using PlainUpstream upstream = Create(server.EndPoint);
        FakeQuery[] queries = [.. Enumerable.Range(0, 100).Select(i => new FakeQuery($"n{i}.test"))];
        foreach (FakeQuery query in queries) upstream.Resolve(query, new SinkSet());
        foreach (FakeQuery query in queries) Assert.Single(new ParsedMessage(await query.Reply.WaitAsync(TimeSpan.FromSeconds(10))).Answers);
        Assert.True(server.Queries.Select(query => query.Port).Distinct().Count() > 60);
        Assert.True(server.Queries.Select(query => Wire.Id(query.Message)).Distinct().Count() > 95);
        Assert.All(queries, query => Assert.Equal((1, 1), (query.Completions, query.FakeSink.Flushes)));
    }

    [Fact]
    public async Task At_the_bound_a_query_is_refused_at_once_and_there_is_room_again_after()
    {
        await using var server = new PlainServer(_ => []);
        using PlainUpstream upstream = Create(server.EndPoint, timeout: 0.5);
        FakeQuery[] queries = [.. Enumerable.Range(0, PlainUpstream.MaxInFlight + 1).Select(i => new FakeQuery($"n{i}.test"))];
        foreach (FakeQuery query in queries) upstream.Resolve(query, new SinkSet());
        var refused = new ParsedMessage(await queries[^1].Reply);
        Assert.Equal([(23, $"udp://{server.EndPoint}: 256 queries wait for it already")], refused.Opt!.ExtendedErrors);
        Assert.Equal(1, _counters.Shed.Value);
        await Task.WhenAll(queries.Select(query => query.Reply)).WaitAsync(TimeSpan.FromSeconds(10));
        await Condition.HoldsAsync(() => upstream.Pending == 0);
        Assert.All(queries, query => Assert.Equal(1, query.Completions));
    }

    [Fact]
    public async Task At_the_end_what_can_be_answered_is_and_the_rest_is_told()
    {
        await using var server = new PlainServer(query => Wire.NameOf(query.Message).StartsWith("drop", StringComparison.Ordinal) ? [] : [Wire.Answer(query.Message)]);
        using PlainUpstream upstream = Create(server.EndPoint, timeout: 30);
        var answered = new FakeQuery("a.test");
        var dropped = new FakeQuery("drop.test");
        upstream.Resolve(answered, new SinkSet());
        upstream.Resolve(dropped, new SinkSet());
        await upstream.StopAsync(IUpstream.DrainTime);
        Assert.Single(new ParsedMessage(await answered.Reply).Answers);
        Assert.Equal([(0, "shutting down")], new ParsedMessage(await dropped.Reply).Opt!.ExtendedErrors);
        var late = new FakeQuery("late.test");
        upstream.Resolve(late, new SinkSet());
        Assert.Equal(2, new ParsedMessage(await late.Reply).Rcode);
        Assert.Equal(0, upstream.Pending);
    }

    [Fact]
    public async Task A_query_whose_time_is_up_is_not_sent()
    {
        await using var server = new PlainServer();
        using PlainUpstream upstream = Create(server.EndPoint);
        var query = new FakeQuery("a.test", deadline: 1);
        upstream.Resolve(query, new SinkSet());
        Assert.Equal(2, new ParsedMessage(await query.Reply).Rcode);
        Assert.Empty(server.Queries);
    }

    private static byte[][] Garbage(byte[] query)
    {
        byte[] otherId = Wire.Answer(query), otherQuestion = Wire.Answer(query), notAResponse = Wire.Answer(query);
        otherId[1] ^= 0xFF;
        otherQuestion[13] ^= 1;
        notAResponse[2] &= 0x7F;
        return [otherId, otherQuestion, notAResponse, [1, 2, 3], [.. query], [.. Wire.Answer(query)[..20]]];
    }

    private static IPEndPoint FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return (IPEndPoint)socket.LocalEndPoint!;
    }

    private PlainUpstream Create(IPEndPoint address, bool overTcp = false, double timeout = 4) => new(
        new PlainSpec(address, overTcp), TimeSpan.FromSeconds(timeout), RandomNumberGenerator.Fill, TimeProvider.System, _counters, new LogEvents(_logger, TimeProvider.System));

    private Task<ParsedMessage> AskAsync(PlainServer server, byte[] query, bool overTcp = false, double timeout = 4) => AskAsync(server.EndPoint, query, overTcp, timeout);

    private async Task<ParsedMessage> AskAsync(IPEndPoint server, byte[] message, bool overTcp = false, double timeout = 4)
    {
        using PlainUpstream upstream = Create(server, overTcp, timeout);
        var query = new FakeQuery(message);
        upstream.Resolve(query, new SinkSet());
        return new ParsedMessage(await query.Reply.WaitAsync(TimeSpan.FromSeconds(10)));
    }
}
