using DotProxy.Caching;
using DotProxy.Resolution;
using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.Caching;

/// <summary>Names that are still asked for in the last tenth of their life are looked up anew before it is over.</summary>
public sealed class PrefetchTests : IDisposable
{
    private const string Name = "www.example.com";

    private readonly CacheHouse _house = new();

    [Theory]
    [InlineData(100, 89, false)]
    [InlineData(100, 90, true)]
    [InlineData(100, 99, true)]
    [InlineData(10, 9, true)]
    [InlineData(9, 8, false)]
    public void Only_in_the_last_tenth_and_not_for_what_lives_for_a_moment(uint ttl, int age, bool expected)
    {
        _house.Ask(CacheHouse.Query(Name), Answers.Address(Name, ttl));
        _house.Pass(age);
        ParsedMessage reply = _house.Ask(Name).Reply;
        Assert.Equal(ttl - (uint)age, Assert.Single(reply.Answers).TimeToLive);
        Assert.Equal(expected ? 1 : 0, _house.Next.Open);
        Assert.Equal(expected ? 1 : 0, _house.Counters.Prefetches.Value);
    }

    [Fact]
    public void Many_who_ask_meanwhile_cause_one_lookup_and_its_answer_takes_over()
    {
        _house.Ask(CacheHouse.Query(Name), Answers.Address(Name, 100));
        _house.Pass(95);
        for (int i = 0; i < 100; i++) Assert.True(_house.Ask(Name).IsAnswered);
        Assert.Equal(2, _house.Next.Asked);
        _house.Next.Answer(Answers.Address(Name, 100, "192.0.2.2"));
        _house.Pass(50);
        ParsedRecord record = Assert.Single(_house.Recall(Name).Answers);
        Assert.Equal((50u, 2), (record.TimeToLive, record.Data[3]));
        // One that asks when the old time is over did not notice.
        Assert.Equal(1, _house.Counters.CacheMisses.Value);
    }

    [Fact]
    public void Who_asks_when_the_time_is_over_joins_the_lookup()
    {
        _house.Ask(CacheHouse.Query(Name), Answers.Address(Name, 10));
        _house.Pass(9);
        _house.Ask(Name);
        _house.Pass(1);
        Client client = _house.Ask(Name);
        Assert.False(client.IsAnswered);
        Assert.Equal(2, _house.Next.Asked);
        _house.Next.Answer(Answers.Address(Name));
        Assert.True(client.IsAnswered);
    }

    [Fact]
    public void One_that_fails_is_not_tried_again_at_once()
    {
        _house.Ask(CacheHouse.Query(Name), Answers.Address(Name, 1000));
        _house.Pass(950);
        _house.Ask(Name);
        _house.Next.Fail(Resolution.Sample.Failure);
        _house.Recall(Name);
        _house.Pass(1);
        _house.Ask(Name);
        Assert.Equal(3, _house.Next.Asked);
    }

    [Fact]
    public void One_that_is_answered_at_once_is_told_at_once()
    {
        _house.Ask(CacheHouse.Query(Name), Answers.Address(Name, 100));
        _house.Pass(95);
        _house.Next.Script = _ => Answers.Address(Name, 100, "192.0.2.2");
        ParsedRecord record = Assert.Single(_house.Ask(Name).Reply.Answers);
        Assert.Equal((100u, 2), (record.TimeToLive, record.Data[3]));
    }

    [Fact]
    public void A_failure_that_is_remembered_is_never_looked_up_early()
    {
        for (int i = 0; i < 6; i++)
        {
            _house.Ask(CacheHouse.Query(Name), Answers.Error(Name, Answers.ServFail));
            _house.Pass(i < 5 ? 30 : 29);
        }
        _house.Recall(Name);
    }

    public void Dispose() => _house.Dispose();
}
