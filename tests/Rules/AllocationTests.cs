using System.Security.Cryptography;
using DotProxy.Dns;
using DotProxy.Resolution;
using DotProxy.Tests.Fakes;
using DotProxy.Upstreams;

namespace DotProxy.Tests.Rules;

/// <summary>What every query meets allocates nothing: collections would cost more than the queries.</summary>
public sealed class AllocationTests
{
    private const int Iterations = 20_000;

    private readonly byte[] _query = Messages.Query("www.example.com", opt: Messages.Opt(4096, options: Messages.Option(Messages.OptionCookie, new byte[8])));
    private readonly byte[] _answer = Messages.Answer(
        Messages.Question("www.example.com"), [.. Enumerable.Range(0, 20).Select(i => Messages.Address($"192.0.2.{i}"))], Messages.Opt(options: Messages.ExtendedError(3, "stale")));
    private readonly byte[] _room = new byte[4096];

    [Fact]
    public void Screening_allocates_nothing()
    {
        byte[] twoOpts = Messages.Compose(1, HeaderFlags.None, [Messages.Question("a")], additional: [Messages.Opt(), Messages.Opt()]);
        int accepted = 0;
        AssertNoAllocation(() =>
        {
            if (QueryScreen.Screen(_query).Verdict == Verdict.Accepted) accepted++;
            if (QueryScreen.Screen(twoOpts).Verdict == Verdict.Accepted) accepted--;
            if (QueryScreen.Screen(_answer).Verdict == Verdict.Accepted) accepted--;
        });
        Assert.True(accepted > Iterations);
    }

    [Fact]
    public void Encoding_matching_and_writing_the_reply_allocate_nothing()
    {
        var table = new InFlightTable(RandomNumberGenerator.Fill);
        var query = new FakeQuery(_query);
        int answered = 0;
        AssertNoAllocation(() =>
        {
            QueryEncoder.Write(query, 0, _room);
            table.TryAdd(query, 1, out ushort id);
            new MessageReader(_answer).TryReadQuestion(out ReadOnlySpan<byte> question);
            if (!table.TryTake(id, question, out _)) return;
            if (ReplyWriter.Write(query.Requestor, query.Question, Outcome.Answered(_answer), _room.AsSpan(0, query.Requestor.UdpLimit)) > _query.Length) answered++;
        });
        Assert.True(answered > Iterations);
    }

    [Fact]
    public void Replies_that_are_truncated_failed_or_rejected_allocate_nothing()
    {
        var query = new FakeQuery(_query);
        byte[] large = Messages.Answer(Messages.Question("www.example.com"), Messages.Filling(3000));
        AssertNoAllocation(() =>
        {
            ReplyWriter.Write(query.Requestor, query.Question, Outcome.Answered(large), _room.AsSpan(0, 1232));
            ReplyWriter.Write(query.Requestor, query.Question, Outcome.Failed(Failure.QueueFull), _room.AsSpan(0, 1232));
            ReplyWriter.Write(query.Requestor, query.Question, Outcome.Rejected(Rcode.FormatError), _room.AsSpan(0, 1232));
        });
    }

    [Fact]
    public void Sweeping_and_waiting_in_the_pool_allocate_nothing()
    {
        var table = new InFlightTable(RandomNumberGenerator.Fill);
        var query = new FakeQuery(_query, deadline: 10);
        var pool = new QueryPool<FakeQuery>(() => new FakeQuery(_query));
        var sinks = new SinkSet();
        var expired = new List<Query>(4);
        AssertNoAllocation(() =>
        {
            table.TryAdd(query, 1, out _);
            _ = table.OldestSentAfter(long.MinValue);
            table.TakeExpired(10, expired);
            expired.Clear();
            FakeQuery rented = pool.Rent();
            sinks.Add(rented.FakeSink);
            sinks.Flush();
            pool.Return(rented);
        }, iterations: 2_000);
    }

    private static void AssertNoAllocation(Action act, int iterations = Iterations)
    {
        for (int i = 0; i < 2_000; i++) act();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < iterations; i++) act();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
