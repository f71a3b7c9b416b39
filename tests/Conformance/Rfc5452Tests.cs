using System.Security.Cryptography;
using DotProxy.Resolution;
using DotProxy.Tests.Fakes;
using DotProxy.Upstreams;

namespace DotProxy.Tests.Conformance;

/// <summary>Measures for making DNS more resilient against forged answers.</summary>
public sealed class Rfc5452Tests
{
    private readonly InFlightTable _table = new(RandomNumberGenerator.Fill);

    // §9.1: "A resolver implementation MUST match responses to all of the following attributes of the query: … Query ID, Query
    // name, Query class and type".
    [Theory]
    [InlineData("www.example.org", 1, 1)]
    [InlineData("www.example.co", 1, 1)]
    [InlineData("ww.wexample.com", 1, 1)]
    [InlineData("www.example.com", 28, 1)]
    [InlineData("www.example.com", 257, 1)]
    [InlineData("www.example.com", 1, 3)]
    [InlineData("www.example.com", 1, 257)]
    public void Section_9_1_the_right_ID_with_another_name_type_or_class_is_not_delivered(string name, int type, int @class)
    {
        var query = new FakeQuery("www.example.com");
        Assert.True(_table.TryAdd(query, 0, out ushort id));

        Assert.False(_table.TryTake(id, Messages.Question(name, type, @class), out _));
        Assert.Equal((1, 0), (_table.Count, query.Completions));

        Assert.True(_table.TryTake(id, query.Question, out Query? taken));
        Assert.Same(query, taken);
    }

    [Fact]
    public void Section_9_1_the_right_question_with_any_other_ID_is_not_delivered()
    {
        var query = new FakeQuery("www.example.com");
        Assert.True(_table.TryAdd(query, 0, out ushort id));
        for (int other = 0; other <= ushort.MaxValue; other++)
        {
            if (other != id) Assert.False(_table.TryTake((ushort)other, query.Question, out _));
        }
        Assert.Equal(1, _table.Count);
        Assert.True(_table.TryTake(id, query.Question, out _));
    }

    [Fact]
    public void Section_9_1_an_answer_is_delivered_once()
    {
        var query = new FakeQuery("www.example.com");
        Assert.True(_table.TryAdd(query, 0, out ushort id));
        Assert.True(_table.TryTake(id, query.Question, out _));
        Assert.False(_table.TryTake(id, query.Question, out _));
    }

    // RFC 4343 §3: names compare without regard to the case of ASCII letters, so a server may change it.
    [Fact]
    public void Section_9_1_the_letter_case_of_the_name_does_not_matter()
    {
        Assert.True(_table.TryAdd(new FakeQuery("wWw.eXample.com"), 0, out ushort id));
        Assert.True(_table.TryTake(id, Messages.Question("WWW.example.COM"), out _));
    }

    // §9.2: "Use an unpredictable query ID for outgoing queries, utilizing the full range available (0-65535)".
    [Fact]
    public void Section_9_2_IDs_use_the_full_range()
    {
        const int draws = 40_000;
        var query = new FakeQuery("www.example.com");
        int ones = 0, zeros = 0, low = 0, high = 0;
        for (int i = 0; i < draws; i++)
        {
            Assert.True(_table.TryAdd(query, 0, out ushort id));
            Assert.True(_table.TryTake(id, query.Question, out _));
            ones |= id;
            zeros |= ~id;
            if (id < 4096) low++;
            if (id >= 61440) high++;
        }
        Assert.Equal(0xFFFF, ones);
        Assert.Equal(0xFFFF, zeros & 0xFFFF);
        // A sixteenth each is expected, 2 500 with a deviation of 48: these bounds fail once in far more than 10^20 runs.
        Assert.InRange(low, 2000, 3000);
        Assert.InRange(high, 2000, 3000);
    }
}
