using DotProxy.Dns;
using DotProxy.Tests.Caching;
using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.Conformance;

/// <summary>Negative caching.</summary>
public sealed class Rfc2308Tests : IDisposable
{
    private const string Name = "none.example.com";

    private static readonly byte[] s_query = CacheHouse.Query(Name);

    private readonly CacheHouse _house = new();

    // §3, §5: the lesser of the SOA's MINIMUM field and its own TTL says for how long.
    [Theory]
    [InlineData(3600, 60, 60)]
    [InlineData(60, 3600, 60)]
    [InlineData(100, 100, 100)]
    public void Section_5_what_does_not_exist_is_remembered_for_the_lesser_of_TTL_and_MINIMUM(uint ttl, uint minimum, int expected)
    {
        foreach (byte[] answer in (byte[][])[Answers.NoSuchName(Name, ttl, minimum), Answers.NoSuchData(Name, ttl, minimum)])
        {
            using var house = new CacheHouse();
            ParsedMessage first = house.Ask(s_query, answer);
            house.Pass(expected - 1);
            ParsedMessage last = house.Ask(s_query).Reply;
            Assert.Equal(first.Rcode, last.Rcode);
            Assert.Empty(last.Answers);
            house.Pass(1);
            Assert.True(house.Ask(s_query) is { IsAnswered: false });
        }
    }

    // §6: the SOA is given back in the authority section, its TTL counted down.
    [Fact]
    public void Section_6_the_SOA_comes_back_with_its_TTL_counted_down()
    {
        Assert.Equal(60u, Assert.Single(_house.Ask(s_query, Answers.NoSuchName(Name)).Authority).TimeToLive);
        _house.Pass(20);
        ParsedMessage reply = _house.Recall(s_query);
        Assert.Equal(Answers.NameError, reply.Rcode);
        ParsedRecord soa = Assert.Single(reply.Authority);
        Assert.Equal(Messages.TypeSoa, soa.Type);
        Assert.Equal(40u, soa.TimeToLive);
    }

    // §5: without the SOA nothing would keep servers from telling each other for ever.
    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void Section_5_a_negative_answer_without_SOA_is_not_remembered(int rcode)
    {
        _house.Ask(s_query, Answers.Negative(Name, rcode));
        Assert.True(_house.Misses(s_query));
    }

    [Fact]
    public void Section_2_2_an_alias_to_where_there_is_nothing_is_negative_and_needs_the_SOA()
    {
        byte[] alias = Messages.Record(Messages.PointerToQuestion, Answers.TypeCname, 30, Messages.Name("target.example.com"));
        _house.Ask(s_query, Messages.Compose(1, HeaderFlags.Response, [Messages.Question(Name)], [alias]));
        Assert.True(_house.Misses(s_query));

        _house.Ask(s_query, Messages.Compose(1, HeaderFlags.Response, [Messages.Question(Name)], [alias], [Answers.Soa(3600, 600)]));
        _house.Pass(26);
        ParsedMessage reply = _house.Recall(s_query);
        Assert.Equal(4u, Assert.Single(reply.Answers).TimeToLive);
        Assert.Equal(4u, Assert.Single(reply.Authority).TimeToLive);
    }

    // §5: one to three hours are what it recommends as the limit.
    [Fact]
    public void Section_5_nothing_is_believed_to_be_missing_for_longer_than_three_hours()
    {
        _house.Ask(s_query, Answers.NoSuchName(Name, 86_400, 86_400));
        Assert.Equal(10_800u, Assert.Single(_house.Recall(s_query).Authority).TimeToLive);
        _house.Pass(10_800);
        Assert.False(_house.Ask(s_query).IsAnswered);
    }

    [Fact]
    public void A_name_that_has_nothing_of_one_type_may_have_something_of_another()
    {
        _house.Ask(s_query, Answers.NoSuchData(Name));
        Assert.True(_house.Misses(CacheHouse.Query(Name, Messages.TypeAaaa)));
    }

    public void Dispose() => _house.Dispose();
}
