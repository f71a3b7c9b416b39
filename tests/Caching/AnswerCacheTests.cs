using CsCheck;
using DotProxy.Caching;
using DotProxy.Dns;
using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.Caching;

public sealed class AnswerCacheTests
{
    private static readonly (long Octets, int Count)[] s_sizes = [(AnswerCache.MinShard, 3000), (1 << 20, 20_000), ((16 << 20) + 12_345, 60_000)];

    [Fact]
    public void The_bound_in_octets_holds_whatever_is_put_in()
    {
        foreach ((long octets, int count) in s_sizes)
        {
            using var house = new CacheHouse(octets: octets);
            var random = new Random(1);
            for (int i = 0; i < count; i++)
            {
                byte[] question = Messages.Question($"n{i}.example.com", Messages.TypeTxt);
                int length = random.Next(100) == 0 ? random.Next(65_000) : random.Next(600);
                byte[] answer = Messages.Answer(question, Messages.Filling(12 + length));
                house.Next.Script = _ => answer;
                house.Ask(Messages.Query(question));
                if (i % 100 == 0) Assert.InRange(house.Cache.Octets, 0, octets);
            }
            Assert.InRange(house.Cache.Octets, 0, octets);
            Assert.InRange(house.Cache.Count, 1, count);
        }
    }

    // The largest message there is: remembered or not, as it fits, but whole.
    [Theory]
    [InlineData(AnswerCache.MinShard, false)]
    [InlineData(1 << 20, true)]
    [InlineData(16 << 20, true)]
    public void An_answer_of_64_KiB_is_remembered_or_not_and_never_broken(long octets, bool isRemembered)
    {
        using var house = new CacheHouse(octets: octets);
        byte[] question = Messages.Question("large.example.com", Messages.TypeTxt), query = Messages.Query(question);
        byte[] answer = Messages.Answer(question, Messages.Filling(ushort.MaxValue - 12 - question.Length));
        Assert.Equal(ushort.MaxValue, answer.Length);
        house.Next.Script = _ => answer;
        for (int i = 0; i < 4; i++)
        {
            ParsedMessage reply = house.Ask(query).Reply;
            Assert.Equal(new ParsedMessage(answer).Answers.Select(record => record.Data), reply.Answers.Select(record => record.Data));
        }
        Assert.Equal(isRemembered ? 2 : 4, house.Next.Asked);
    }

    // Records of all kinds and sizes come out as they went in, pointers and all; only OPT and TTLs are the proxy's own.
    [Fact]
    public void Any_well_formed_answer_comes_back_as_it_came() =>
        WireGen.Question.SelectMany(question => WireGen.Answer(question), (question, answer) => (question, answer)).Sample(
            (question, answer) =>
            {
                using var house = new CacheHouse(new CachePolicy { MinTtl = 1 });
                byte[] query = Messages.Query(question, opt: Messages.Opt());
                house.Next.Script = _ => answer;
                ParsedMessage first = house.Ask(query).Reply;
                ParsedMessage second = house.Ask(query).Reply;
                return house.Next.Asked == 2 || second.Opt!.ExtendedErrors.Any(error => error.Code == 13)
                    || (Equals(first.Answers, second.Answers) && Equals(first.Authority, second.Authority) && Equals(first.Additional, second.Additional)
                        && first.Rcode == second.Rcode);
            },
            iter: 2000);

    [Fact]
    public void Removing_and_clearing_say_what_was_there()
    {
        using var house = new CacheHouse(octets: 4 << 20);
        house.Next.Script = question => Messages.Answer(question);
        for (int i = 0; i < 500; i++) house.Ask($"n{i}.example.com");
        byte[] room = new byte[QuestionKey.Room];
        Assert.True(house.Cache.Remove(QuestionKey.Create(Messages.Question("N7.example.com"), false, false, room)));
        Assert.False(house.Cache.Remove(QuestionKey.Create(Messages.Question("n7.example.com"), false, false, room)));
        Assert.Equal(499, house.Cache.Count);
        Assert.Equal(499, house.Cache.Clear());
        Assert.Equal((0, 0), (house.Cache.Count, house.Cache.Clear()));
        Assert.True(house.Ask("n8.example.com").IsAnswered);
        Assert.Equal(501, house.Next.Asked);
    }

    private static bool Equals(IReadOnlyList<ParsedRecord> left, IReadOnlyList<ParsedRecord> right) =>
        left.Count == right.Count && left.Zip(right).All(pair =>
            pair.First.Owner.AsSpan().SequenceEqual(pair.Second.Owner) && pair.First.Data.AsSpan().SequenceEqual(pair.Second.Data)
            && (pair.First.Type, pair.First.Class) == (pair.Second.Type, pair.Second.Class) && pair.First.TimeToLive >= pair.Second.TimeToLive);
}
