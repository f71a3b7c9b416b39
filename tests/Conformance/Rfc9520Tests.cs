using DotProxy.Caching;
using DotProxy.Dns;
using DotProxy.Resolution;
using DotProxy.Tests.Caching;
using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.Conformance;

/// <summary>Negative caching of resolution failures.</summary>
public sealed class Rfc9520Tests : IDisposable
{
    private const string Name = "broken.example.com";
    private const int CachedError = 13;

    private static readonly byte[] s_query = CacheHouse.Query(Name);
    private static readonly Failure s_timeout = new(ExtendedErrorCode.NoReachableAuthority, "dns.example: no answer within 4 s");

    private readonly CacheHouse _house = new();

    // §3.2: for at least a second; EDE 13 as RFC 8914 §4.14 has it.
    [Theory]
    [InlineData(Answers.ServFail)]
    [InlineData(Answers.Refused)]
    [InlineData(1)]
    public void Section_3_2_a_failure_of_the_upstream_is_remembered_and_marked(int rcode)
    {
        Assert.Equal(rcode, _house.Ask(s_query, Answers.Error(Name, rcode)).Rcode);
        ParsedMessage reply = _house.Recall(s_query);
        Assert.Equal(rcode, reply.Rcode);
        Assert.Equal([s_query[12..^11]], reply.Questions);
        Assert.Equal(CachedError, Assert.Single(reply.Opt!.ExtendedErrors).Code);
        Assert.Null(_house.Recall(Messages.Query(Name)).Opt);
        _house.Pass(1);
        Assert.True(_house.Misses(s_query));
    }

    [Fact]
    public void Section_3_2_a_timeout_is_remembered_with_its_cause()
    {
        _house.Ask(s_query);
        _house.Next.Fail(s_timeout);
        ParsedMessage reply = _house.Recall(s_query);
        Assert.Equal(Answers.ServFail, reply.Rcode);
        Assert.Equal([(CachedError, s_timeout.Text)], reply.Opt!.ExtendedErrors);
    }

    // §3.2: with a backoff, and never for longer than five minutes; ours ends at half a minute.
    [Fact]
    public void Section_3_2_failures_in_a_row_are_remembered_for_longer_and_longer()
    {
        foreach (int seconds in (int[])[1, 2, 4, 8, 16, 30, 30, 30])
        {
            _house.Ask(s_query, Answers.Error(Name, Answers.ServFail));
            _house.Pass(seconds - 1);
            _house.Recall(s_query);
            _house.Pass(1);
        }
        _house.Ask(s_query, Answers.Address(Name, ttl: 1));
        _house.Pass(1);
        _house.Ask(s_query);
        _house.Next.Fail(s_timeout);
        _house.Pass(1);
        Assert.True(_house.Misses(s_query));
    }

    [Fact]
    public void A_failure_long_after_the_last_one_is_the_first_of_a_new_row()
    {
        for (int i = 0; i < 8; i++)
        {
            _house.Ask(s_query, Answers.Error(Name, Answers.ServFail));
            _house.Pass(30);
        }
        _house.Pass(301);
        _house.Ask(s_query, Answers.Error(Name, Answers.ServFail));
        _house.Pass(1);
        Assert.True(_house.Misses(s_query));
    }

    // Nobody can be asked: that is not this name's fault, and may be over in a moment.
    [Fact]
    public void In_an_outage_failures_do_not_add_up()
    {
        _house.Next.Outage = s_timeout;
        for (int i = 0; i < 5; i++)
        {
            _house.Ask(s_query);
            _house.Next.Fail(s_timeout);
            _house.Pass(1);
        }
    }

    // §3.2: failures are cached beside what is known, and never hide it.
    [Fact]
    public void A_failure_never_hides_an_answer_in_its_time()
    {
        _house.Ask(s_query, Answers.Address(Name, ttl: 100));
        _house.Pass(95);
        Client client = _house.Ask(s_query);
        Assert.True(client.IsAnswered);
        Assert.Equal(1, _house.Next.Open);
        _house.Next.Answer(Answers.Error(Name, Answers.ServFail));
        ParsedMessage reply = _house.Recall(s_query);
        Assert.Equal(0, reply.Rcode);
        Assert.Equal(5u, Assert.Single(reply.Answers).TimeToLive);
        Assert.Empty(reply.Opt!.ExtendedErrors);
    }

    [Fact]
    public void An_answer_takes_a_failures_place_at_once()
    {
        _house.Ask(s_query, Answers.Error(Name, Answers.ServFail));
        _house.Pass(1);
        _house.Ask(s_query, Answers.Address(Name));
        Assert.Equal(0, _house.Recall(s_query).Rcode);
    }

    // What this proxy could not do for want of room says nothing about the name.
    [Fact]
    public void Overload_is_not_remembered()
    {
        _house.Ask(s_query);
        _house.Next.Fail(Failure.QueueFull);
        _house.Ask(s_query);
        _house.Next.Fail(Failure.ShuttingDown);
        Assert.Equal(0, _house.Cache.Count);
    }

    [Fact]
    public void A_malformed_answer_is_a_failure_that_is_remembered()
    {
        Client client = _house.Ask(s_query);
        _house.Next.Answer(Answers.Address(Name)[..^15]);
        Assert.Equal(24, Assert.Single(client.Reply.Opt!.ExtendedErrors).Code);
        Assert.Equal([(CachedError, "malformed answer from the upstream")], _house.Recall(s_query).Opt!.ExtendedErrors);
    }

    [Theory]
    [InlineData(0, 1u)]
    [InlineData(1, 1u)]
    [InlineData(5, 16u)]
    [InlineData(6, 30u)]
    [InlineData(255, 30u)]
    public void The_backoff_is_never_under_a_second_nor_over_half_a_minute(int failures, uint expected) =>
        Assert.Equal(expected, CachePolicy.FailureTtl(failures));

    public void Dispose() => _house.Dispose();
}
