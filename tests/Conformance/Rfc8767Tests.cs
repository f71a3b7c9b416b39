using DotProxy.Caching;
using DotProxy.Dns;
using DotProxy.Resolution;
using DotProxy.Tests.Caching;
using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.Conformance;

/// <summary>Serving stale data.</summary>
public sealed class Rfc8767Tests : IDisposable
{
    private const string Name = "www.example.com";
    private const uint Ttl = 60;
    private const int StaleAnswer = 3, StaleNameError = 19;

    private static readonly Failure s_outage = new(ExtendedErrorCode.NetworkError, "dns.example: connection refused");

    private readonly CacheHouse _house = new();

    [Fact]
    public void Section_5_in_an_outage_the_stale_answer_comes_at_once()
    {
        Expire();
        _house.Next.Outage = s_outage;
        AssertStale(_house.Recall(Name));
        Assert.Equal(1, _house.Counters.StaleServed.Value);
    }

    // §5: the client response timer.
    [Fact]
    public void Section_5_when_the_answer_takes_longer_than_1_8_s_the_stale_one_comes_and_the_lookup_goes_on()
    {
        Expire();
        Client client = _house.Ask(Name);
        _house.Pass(1.7);
        Assert.False(client.IsAnswered);
        _house.Pass(0.3);
        AssertStale(client.Reply);
        Assert.True(client.IsFlushed);

        _house.Next.Answer(Answers.Address(Name, 100, "192.0.2.99"));
        ParsedMessage fresh = _house.Recall(Name);
        Assert.Equal([192, 0, 2, 99], Assert.Single(fresh.Answers).Data);
        Assert.Empty(fresh.Opt!.ExtendedErrors);
    }

    [Fact]
    public void Section_5_who_joins_a_lookup_that_is_late_does_not_wait_for_its_end()
    {
        Expire();
        _house.Ask(Name);
        _house.Pass(2);
        Client second = _house.Ask(Name);
        Assert.False(second.IsAnswered);
        _house.Pass(0.2);
        AssertStale(second.Reply);
    }

    [Fact]
    public void Section_5_when_asking_fails_the_stale_answer_comes_and_for_a_while_at_once()
    {
        Expire();
        Client client = _house.Ask(Name);
        _house.Next.Fail(s_outage);
        AssertStale(client.Reply);
        AssertStale(_house.Recall(Name));
        // §5: the failure recheck timer.
        _house.Pass(1);
        Assert.False(_house.Ask(Name).IsAnswered);
    }

    // Where a name has a resolver of its own, an outage of the others is no reason to give what is stale.
    [Fact]
    public void Section_5_an_outage_elsewhere_is_none_of_a_routed_name()
    {
        Expire();
        _house.Next.Outage = s_outage;
        _house.Next.Routed = Messages.Question(Name);
        Assert.False(_house.Ask(Name).IsAnswered);
        _house.Next.Routed = null;
        AssertStale(_house.Recall(Name));
    }

    // §4: an answer with another rcode than NoError or NXDomain does not refresh what is held.
    [Theory]
    [InlineData(Answers.ServFail)]
    [InlineData(Answers.Refused)]
    [InlineData(Answers.NotImplemented)]
    public void Section_4_an_error_of_the_upstream_does_not_take_the_stale_answers_place(int rcode)
    {
        Expire();
        Client client = _house.Ask(Name);
        _house.Next.Answer(Answers.Error(Name, rcode));
        AssertStale(client.Reply);
    }

    [Fact]
    public void Section_4_a_fresh_NXDOMAIN_replaces_the_stale_answer()
    {
        Expire();
        _house.Ask(Name);
        _house.Next.Answer(Answers.NoSuchName(Name));
        Assert.Equal(Answers.NameError, _house.Recall(Name).Rcode);
        _house.Next.Outage = s_outage;
        _house.Pass(61);
        ParsedMessage stale = _house.Recall(Name);
        Assert.Equal(Answers.NameError, stale.Rcode);
        Assert.Equal(StaleNameError, Assert.Single(stale.Opt!.ExtendedErrors).Code);
        Assert.Equal(30u, Assert.Single(stale.Authority).TimeToLive);
    }

    // An answer that is not to be remembered tells all the same that the old one is no longer true.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Section_4_an_answer_that_is_not_remembered_ends_the_stale_one_too(bool isNegative)
    {
        Expire();
        _house.Ask(Name);
        _house.Next.Answer(isNegative ? Answers.Negative(Name, Answers.NameError) : Answers.Address(Name, ttl: 0));
        _house.Next.Outage = s_outage;
        Assert.True(_house.Misses(Name));
    }

    [Fact]
    public void Section_4_a_truncated_answer_says_nothing_of_the_stale_one()
    {
        Expire();
        _house.Ask(Name);
        _house.Next.Answer(Messages.Answer(Messages.Question(Name), [], flags: HeaderFlags.Truncated));
        _house.Next.Outage = s_outage;
        AssertStale(_house.Recall(Name));
    }

    [Fact]
    public void Past_the_limit_there_is_no_stale_answer()
    {
        using var house = new CacheHouse(new CachePolicy { StaleFor = 100 });
        house.Ask(CacheHouse.Query(Name), Answers.Address(Name, Ttl));
        house.Next.Outage = s_outage;
        house.Pass(Ttl + 99);
        AssertStale(house.Recall(Name));
        house.Pass(1);
        Client client = house.Ask(Name);
        Assert.False(client.IsAnswered);
        house.Next.Fail(s_outage);
        Assert.Equal(Answers.ServFail, client.Reply.Rcode);
    }

    [Fact]
    public void With_a_limit_of_zero_there_is_never_a_stale_answer()
    {
        using var house = new CacheHouse(new CachePolicy { StaleFor = 0 });
        house.Ask(CacheHouse.Query(Name), Answers.Address(Name, Ttl));
        house.Next.Outage = s_outage;
        house.Pass(Ttl);
        Assert.True(house.Misses(Name));
    }

    [Fact]
    public void An_answer_in_its_time_is_never_marked_stale_whatever_the_upstream_is_like()
    {
        _house.Ask(CacheHouse.Query(Name), Answers.Address(Name, Ttl));
        _house.Next.Outage = s_outage;
        _house.Pass(Ttl - 10);
        ParsedMessage reply = _house.Recall(Name);
        Assert.Equal(10u, Assert.Single(reply.Answers).TimeToLive);
        Assert.Empty(reply.Opt!.ExtendedErrors);
    }

    // §4: a TTL with the top bit set, which RFC 2181 took for zero, is a large one, and limited as any.
    [Fact]
    public void Section_4_a_TTL_with_the_top_bit_set_counts_as_a_large_one()
    {
        ParsedMessage first = _house.Ask(CacheHouse.Query(Name), Answers.Address(Name, 0x8000_0000));
        Assert.Equal(86_400u, Assert.Single(first.Answers).TimeToLive);
        _house.Pass(400);
        Assert.Equal(86_000u, Assert.Single(_house.Recall(Name).Answers).TimeToLive);
    }

    // RFC 8914 §2: no OPT in the query, none in the answer.
    [Fact]
    public void Who_sent_no_OPT_gets_the_stale_answer_without_a_note()
    {
        Expire();
        _house.Next.Outage = s_outage;
        ParsedMessage reply = _house.Recall(Messages.Query(Name));
        Assert.Null(reply.Opt);
        Assert.Equal(30u, Assert.Single(reply.Answers).TimeToLive);
    }

    [Fact]
    public void With_nothing_held_a_late_lookup_keeps_its_clients_waiting()
    {
        Client client = _house.Ask(Name);
        _house.Pass(3);
        Assert.False(client.IsAnswered);
        _house.Next.Answer(Answers.Address(Name));
        Assert.Equal(0, client.Reply.Rcode);
    }

    public void Dispose() => _house.Dispose();

    private void Expire()
    {
        _house.Ask(CacheHouse.Query(Name), Answers.Address(Name, Ttl));
        _house.Pass(Ttl);
    }

    // §4: 30 seconds are what it recommends; RFC 8914 §4.4 has the note.
    private static void AssertStale(ParsedMessage reply)
    {
        Assert.Equal(0, reply.Rcode);
        Assert.Equal(30u, Assert.Single(reply.Answers).TimeToLive);
        Assert.Equal(StaleAnswer, Assert.Single(reply.Opt!.ExtendedErrors).Code);
    }
}
