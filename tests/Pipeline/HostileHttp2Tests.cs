using DotProxy.Tests.Fakes;
using Microsoft.Extensions.Logging;
using static DotProxy.Tests.Fakes.RawHttp2Server;

namespace DotProxy.Tests.Pipeline;

/// <summary>Servers that speak HTTP/2 as nobody should: the connection is given up with a word on why, and nothing else comes to harm.</summary>
public sealed class HostileHttp2Tests
{
    private const int Data = 0, Headers = 1, Settings = 4, PushPromise = 5, Ping = 6, GoAway = 7, WindowUpdate = 8, Continuation = 9;

    public static TheoryData<string, byte[]> Faults => new()
    {
        { "not HTTP/2", "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"u8.ToArray() },
        { "a frame is longer", [0x00, 0x40, 0x01, Data, 0, 0, 0, 0, 1] },
        { "settings have the wrong length", Frame(Settings, 0, 0, 1, 2, 3) },
        { "leaves no room", Frame(Settings, 0, 0, 0, 4, 0, 0, 0, 0) },
        { "a ping has the wrong length", Frame(Ping, 0, 0, 1, 2, 3) },
        { "a window's update has the wrong length", Frame(WindowUpdate, 0, 0, 1) },
        { "window is wider", [.. Frame(WindowUpdate, 0, 0, 0x7F, 0xFF, 0xFF, 0xFF), .. Frame(WindowUpdate, 0, 0, 0x7F, 0xFF, 0xFF, 0xFF)] },
        { "pushes", Frame(PushPromise, 4, 1, 0, 0, 0, 2, 0x88) },
        { "block is malformed", Frame(Headers, 4, 1, 0x80) },
        { "block belongs to no stream", Frame(Headers, 4, 0, 0x88) },
        { "block is interrupted", Frame(Continuation, 4, 1, 0x88) },
        { "block is interrupted", [.. Frame(Headers, 0, 1, 0x88), .. Frame(Ping, 0, 0, new byte[8])] },
        { "block is interrupted", [.. Frame(Headers, 0, 1, 0x88), .. Frame(Continuation, 4, 3)] },
        { "block is too long", [.. Frame(Headers, 0, 1, new byte[16384]), .. Frame(Continuation, 0, 1, 0x88)] },
        { "padding is longer", Frame(Headers, 4 | 8, 1, 9, 0x88) },
        { "padding is longer", Frame(Data, 8, 1, 9) },
        { "more than it reads", [.. Enumerable.Range(0, 2000).SelectMany(_ => Frame(Ping, 0, 0, new byte[8]))] },
        { "closed by the upstream (ENHANCE_YOUR_CALM)", Frame(GoAway, 0, 0, 0, 0, 0, 0, 0, 0, 0, 11) },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task The_connection_is_given_up_and_the_reason_said(string reason, byte[] octets)
    {
        await using var hostile = new RawHttp2Server(octets);
        await using var well = new FakeDohServer();
        var logger = new RecordingLogger();
        await using var proxy = new ProxyInProcess([hostile.Spec, well.Spec], logger: logger);
        Assert.Equal(new DnsClient.Tally(50, 50, 0, 0), await DnsClient.FloodAsync(proxy.EndPoint, 50, window: 10, "n"));
        await Condition.HoldsAsync(() => logger.Messages.Any(line => line.Contains(reason, StringComparison.Ordinal)));
        Assert.DoesNotContain(logger.Lines, line => line.Level >= LogLevel.Error);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Garbage_is_survived(int seed)
    {
        // A frame's header makes sense, so that what is behind it is looked at.
        var random = new Random(seed);
        byte[] octets = [.. Enumerable.Range(0, 200).SelectMany(_ =>
        {
            byte[] payload = new byte[random.Next(100)];
            random.NextBytes(payload);
            return Frame(random.Next(12), random.Next(256), random.Next(4), payload);
        })];
        await using var hostile = new RawHttp2Server(octets);
        await using var well = new FakeDohServer();
        var logger = new RecordingLogger();
        await using var proxy = new ProxyInProcess([hostile.Spec, well.Spec], logger: logger);
        Assert.Equal(new DnsClient.Tally(200, 200, 0, 0), await DnsClient.FloodAsync(proxy.EndPoint, 200, window: 20, "n"));
        await Condition.HoldsAsync(() => hostile.Accepted > 0);
        Assert.DoesNotContain(logger.Lines, line => line.Level >= LogLevel.Error);
    }

    [Fact]
    public async Task A_server_that_sends_everybody_away_is_not_dialled_without_end()
    {
        await using var hostile = new RawHttp2Server(Frame(GoAway, 0, 0, new byte[8]));
        await using var proxy = new ProxyInProcess([hostile.Spec], timeoutSeconds: 1);
        await Condition.HoldsAsync(() => hostile.Accepted == 1);
        for (ushort id = 1; id <= 5; id++) Assert.Equal(2, Wire.Rcode(await DnsClient.AskAsync(proxy.EndPoint, Wire.Query(id, $"n{id}.test"))));
        Assert.InRange(hostile.Accepted, 2, 25);
    }

    [Fact]
    public async Task A_response_in_pieces_and_with_all_that_may_stand_between_is_put_together()
    {
        // 103 first, then fields in two frames, an unknown frame, a body in padded pieces, and trailers.
        byte[] query = Wire.Query(7, "a.test"), answer = Wire.Answer(Wire.Query(0, "a.test"));
        byte[] early = [0x08, 3, .. "103"u8], type = [0x0F, 0x10, 23, .. "application/dns-message"u8], padded = [2, .. answer[..20], 0, 0];
        await using var raw = new RawHttp2Server(
            [
                .. Frame(Settings, 0, 0), .. Frame(Headers, 4, 1, early), .. Frame(Headers, 0, 1, 0x88), .. Frame(Continuation, 4, 1, type), .. Frame(0x77, 0xFF, 1, 1, 2, 3),
                .. Frame(Data, 8, 1, padded), .. Frame(Ping, 0, 0, new byte[8]), .. Frame(Data, 0, 1, answer[20..]), .. Frame(Headers, 4 | 1, 1),
            ],
            afterQuery: true);
        await using var proxy = new ProxyInProcess([raw.Spec]);
        Assert.True(Wire.IsAnswerTo(await DnsClient.AskAsync(proxy.EndPoint, query), query));
    }
}
