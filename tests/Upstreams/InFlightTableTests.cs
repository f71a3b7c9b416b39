using System.Security.Cryptography;
using CsCheck;
using DotProxy.Resolution;
using DotProxy.Tests.Fakes;
using DotProxy.Upstreams;

namespace DotProxy.Tests.Upstreams;

public sealed class InFlightTableTests
{
    private static readonly byte[][] s_messages = [.. Enumerable.Range(0, 4).Select(i => Messages.Query($"n{i}.example.com"))];

    [Fact]
    public void It_grows_to_16384_and_gives_everything_back()
    {
        var table = new InFlightTable(RandomNumberGenerator.Fill);
        var byId = new Dictionary<ushort, FakeQuery>();
        for (int i = 0; i < InFlightTable.MaxSlots; i++)
        {
            Assert.False(table.IsFull);
            FakeQuery query = NewQuery(i);
            Assert.True(table.TryAdd(query, i, out ushort id));
            byId.Add(id, query);
        }
        Assert.True(table.IsFull);
        Assert.Equal(16384, table.Count);
        Assert.False(table.TryAdd(NewQuery(0), 0, out _));
        Assert.Equal(0, table.OldestSentAfter(long.MinValue));

        foreach ((ushort id, FakeQuery query) in byId)
        {
            Assert.True(table.TryTake(id, query.Question, out Query? taken));
            Assert.Same(query, taken);
        }
        Assert.Equal(0, table.Count);
        Assert.Null(table.OldestSentAfter(long.MinValue));
        Assert.True(table.TryAdd(NewQuery(0), 0, out _));
    }

    [Fact]
    public void An_empty_question_matches_by_the_ID_alone()
    {
        var table = new InFlightTable(RandomNumberGenerator.Fill);
        FakeQuery query = NewQuery(0);
        Assert.True(table.TryAdd(query, 0, out ushort id));
        Assert.False(table.TryTake((ushort)(id ^ 0x8000), [], out _));
        Assert.True(table.TryTake(id, [], out Query? taken));
        Assert.Same(query, taken);
    }

    // A deadline is the moment until which there is time, not the last one in which there is.
    [Theory]
    [InlineData(99, 0)]
    [InlineData(100, 1)]
    [InlineData(101, 1)]
    public void A_query_expires_at_its_deadline(long now, int expected)
    {
        var table = new InFlightTable(RandomNumberGenerator.Fill);
        Assert.True(table.TryAdd(new FakeQuery("a", deadline: 100), 0, out _));
        var expired = new List<Query>();
        table.TakeExpired(now, expired);
        Assert.Equal(expected, expired.Count);
        Assert.Equal(1 - expected, table.Count);
    }

    [Fact]
    public void The_same_slot_is_not_the_same_ID_again()
    {
        var table = new InFlightTable(new SeededOctets(1).Fill);
        FakeQuery query = NewQuery(0);
        int repeated = 0;
        ushort last = 0;
        for (int i = 0; i < 10_000; i++)
        {
            Assert.True(table.TryAdd(query, 0, out ushort id));
            if (id == last) repeated++;
            last = id;
            Assert.True(table.TryTake(id, query.Question, out _));
        }
        // One in 65 536 by chance.
        Assert.InRange(repeated, 0, 5);
    }

    // Even while nearly all slots are taken two bits are left to chance, and which slot is free next.
    [Fact]
    public void An_ID_in_a_table_that_is_nearly_full_is_no_successor_of_the_last()
    {
        var table = new InFlightTable(RandomNumberGenerator.Fill);
        FakeQuery query = NewQuery(0);
        int sequential = 0;
        ushort last = 0;
        for (int i = 0; i < InFlightTable.MaxSlots; i++)
        {
            Assert.True(table.TryAdd(query, 0, out ushort id));
            if ((ushort)(id - last) is 1 or 0xFFFF) sequential++;
            last = id;
        }
        Assert.InRange(sequential, 0, 40);
    }

    [Fact]
    public void Whatever_is_done_in_any_order_nothing_is_lost_and_nothing_is_twice() =>
        Gen.Select(Gen.ULong, Gen.Select(Gen.Int[0, 99], Gen.Int[0, 1000]).Array[0, 800]).Sample(
            (seed, steps) => new InFlightModel(seed).Run(steps), iter: 200);

    [Fact]
    public async Task Adding_taking_and_sweeping_at_once_gives_each_query_to_exactly_one()
    {
        const int count = 30_000;
        var table = new InFlightTable(RandomNumberGenerator.Fill);
        int[] owners = new int[count];
        var numbers = new Dictionary<Query, int>();
        FakeQuery[] queries = [.. Enumerable.Range(0, count).Select(i => new FakeQuery(s_messages[i % 4], deadline: i))];
        for (int i = 0; i < count; i++) numbers.Add(queries[i], i);
        using var sent = new System.Collections.Concurrent.BlockingCollection<(ushort Id, int Number)>();
        long clock = 0;

        Task taking = Task.Run(() =>
        {
            foreach ((ushort id, int number) in sent.GetConsumingEnumerable(TestContext.Current.CancellationToken))
            {
                if (table.TryTake(id, queries[number].Question, out Query? taken)) Interlocked.Increment(ref owners[numbers[taken]]);
            }
        }, TestContext.Current.CancellationToken);
        Task sweeping = Task.Run(() =>
        {
            var expired = new List<Query>();
            while (!taking.IsCompleted)
            {
                table.TakeExpired(Volatile.Read(ref clock) - 500, expired);
                foreach (Query query in expired) Interlocked.Increment(ref owners[numbers[query]]);
                expired.Clear();
            }
        }, TestContext.Current.CancellationToken);

        for (int i = 0; i < count; i++)
        {
            ushort id;
            while (!table.TryAdd(queries[i], i, out id)) await Task.Yield();
            Volatile.Write(ref clock, i);
            sent.Add((id, i), TestContext.Current.CancellationToken);
        }
        sent.CompleteAdding();
        await Task.WhenAll(taking, sweeping);
        var left = new List<(Query Query, long SentAt)>();
        table.TakeAll(left);
        foreach ((Query query, long sentAt) in left)
        {
            Assert.Equal(numbers[query], sentAt);
            owners[numbers[query]]++;
        }
        Assert.All(owners, owner => Assert.Equal(1, owner));
        Assert.Equal(0, table.Count);
    }

    private static FakeQuery NewQuery(int number) => new(s_messages[number % s_messages.Length]);
}
