using DotProxy.Tests.Fakes;
using static DotProxy.Tests.Fakes.RawHttp2Server;

namespace DotProxy.Tests.Pipeline;

/// <summary>Connections over HTTPS that nobody asks on. How long they may be idle, HTTP has no way to say: RFC 7828 is not for them.</summary>
public sealed class HttpsIdleTests
{
    private const int ConnectionEnded = 25, GoAway = 7;

    [Fact]
    public async Task Nobody_is_asked_how_long_a_connection_may_be_idle_and_whoever_says_so_is_not_heard()
    {
        await using var upstream = new FakeDohServer((query, _) => new DohReply(KeepaliveAnswer.To(query, timeout: 0)));
        await using var proxy = new ProxyInProcess([upstream.Spec], connections: 1);
        for (int i = 0; i < 3; i++) await AssertAnsweredAsync(proxy, $"n{i}.test");
        Assert.All(upstream.Queries, query => Assert.False(KeepaliveAnswer.IsAskedBy(query)));
        Assert.Equal((3, 1, 1), (upstream.Queries.Count, upstream.Accepted, upstream.Open));
    }

    [Fact]
    public async Task An_upstream_that_sends_away_what_is_idle_is_learnt_from()
    {
        var log = new RecordingLogger();
        await using var upstream = new FakeDohServer();
        await using var proxy = new ProxyInProcess([upstream.Spec], connections: 1, logger: log);
        string[] causes = [];
        // Two closes that agree; on a machine that is busy some do not.
        for (int i = 1; i <= 8 && !causes.Any(IsOurs); i++)
        {
            int ended = i;
            await AssertAnsweredAsync(proxy, $"n{i}.test");
            _ = SendAwayAsync(upstream);
            await Condition.HoldsAsync(() => log.Lines.Count(line => line.Id == ConnectionEnded) >= ended);
            causes = [.. log.Lines.Where(line => line.Id == ConnectionEnded).Select(line => line.Message)];
        }
        Assert.True(causes.Length >= 3 && !causes.Take(2).Any(IsOurs) && IsOurs(causes[^1]), string.Join('\n', causes));

        static bool IsOurs(string cause) => cause.Contains("idle for as long as the upstream allows", StringComparison.Ordinal);

        static async Task SendAwayAsync(FakeDohServer upstream)
        {
            await Task.Delay(TimeSpan.FromSeconds(1));
            upstream.SendAllAway();
        }
    }

    [Fact]
    public async Task With_keep_warm_a_server_that_sends_everybody_away_is_left_alone_more_and_more()
    {
        await using var hostile = new RawHttp2Server(Frame(GoAway, 0, 0, new byte[8]));
        await using var proxy = new ProxyInProcess([hostile.Spec], keepWarm: true);
        await Condition.HoldsAsync(() => hostile.Accepted >= 3);
        int accepted = hostile.Accepted;
        await Task.Delay(TimeSpan.FromSeconds(2));
        Assert.InRange(hostile.Accepted, accepted, accepted + 1);
    }

    private static async Task AssertAnsweredAsync(ProxyInProcess proxy, string name)
    {
        byte[] query = Wire.Query(1, name);
        Assert.True(Wire.IsAnswerTo(await DnsClient.AskAsync(proxy.EndPoint, query), query));
    }
}
