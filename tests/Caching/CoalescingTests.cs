using DotProxy.Caching;
using DotProxy.Resolution;
using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.Caching;

/// <summary>Who asks what is being asked already waits for that answer.</summary>
public sealed class CoalescingTests : IDisposable
{
    private const string Name = "www.example.com";
    private const int Many = 1000;

    private readonly CacheHouse _house = new();

    [Fact]
    public void A_thousand_askers_cause_one_query_and_get_a_thousand_answers()
    {
        Client[] clients = AskOften();
        Assert.Equal(1, _house.Next.Asked);
        Assert.Equal(Many - 1, _house.Counters.Coalesced.Value);
        _house.Next.Answer(Answers.Address(Name));
        for (int i = 0; i < Many; i++)
        {
            ParsedMessage reply = clients[i].Reply;
            Assert.Equal((i, 0), (reply.Id, reply.Rcode));
            Assert.Equal(i % 2 == 0, reply.Opt is not null);
            Assert.True(clients[i].IsFlushed);
        }
        Assert.Equal(0, _house.Resolver.Pending);
    }

    [Fact]
    public void The_failure_of_the_one_is_told_to_all_and_asked_for_once()
    {
        Client[] clients = AskOften();
        _house.Next.Fail(Resolution.Sample.Failure);
        Assert.All(clients, client => Assert.Equal(Answers.ServFail, client.Reply.Rcode));
        Assert.Equal(Answers.ServFail, _house.Recall(Name).Rcode);
        Assert.Equal(1, _house.Next.Asked);
    }

    [Fact]
    public void Other_types_other_names_and_other_flags_are_other_lookups()
    {
        _house.Ask(Name);
        _house.Ask(CacheHouse.Query(Name, Messages.TypeAaaa));
        _house.Ask("w.example.com");
        _house.Ask(Messages.Query(Name, opt: Messages.Opt(flags: Messages.DnssecOk)));
        Assert.Equal(4, _house.Next.Open);
        _house.Ask(Name.ToUpperInvariant());
        Assert.Equal(4, _house.Next.Open);
    }

    [Fact]
    public void At_the_bound_of_those_who_wait_the_next_is_turned_away_and_the_others_are_answered()
    {
        const int bound = 65_536;
        Client[] clients = [.. Enumerable.Range(0, bound).Select(_ => _house.Ask(Name))];
        Client one = _house.Ask(Name);
        Assert.Equal([(23, "queue full")], one.Reply.Opt!.ExtendedErrors);
        Assert.Equal(1, _house.Counters.Shed.Value);
        _house.Next.Answer(Answers.Address(Name));
        Assert.All(clients, client => Assert.True(client.IsAnswered));
        // There is room again.
        Assert.False(_house.Ask("other.example.com").IsAnswered);
    }

    [Fact]
    public async Task Askers_on_many_threads_are_all_answered_once()
    {
        using var house = new CacheHouse(new CachePolicy { MaxTtl = 1 });
        const int names = 8, rounds = 20_000;
        byte[][] queries = [.. Enumerable.Range(0, names).Select(i => CacheHouse.Query($"n{i}.example.com"))];
        var clients = new System.Collections.Concurrent.ConcurrentBag<(int Name, Client Client)>();
        Task[] asking = [.. Enumerable.Range(0, 3).Select(thread => Task.Run(() =>
        {
            for (int i = 0; i < rounds; i++) clients.Add(((i + thread) % names, house.Ask(queries[(i + thread) % names])));
        }))];
        Task answering = Task.Run(async () =>
        {
            Task all = Task.WhenAll(asking);
            int step = 0;
            while (!all.IsCompleted || house.Next.Open > 0)
            {
                if (house.Next.Open == 0) await Task.Yield();
                else house.Next.CompleteWith(question => Messages.Answer(question, [Messages.Address($"192.0.2.{question[2]}")]));
                if (++step % 64 == 0) house.Pass(1);
            }
        });
        await Task.WhenAll([.. asking, answering]);
        Assert.Equal(3 * rounds, clients.Count);
        Assert.All(clients, asked => Assert.Equal('0' + asked.Name, Assert.Single(asked.Client.Reply.Answers).Data[3]));
        Assert.Equal(0, house.Resolver.Pending);
    }

    public void Dispose() => _house.Dispose();

    private Client[] AskOften() =>
        [.. Enumerable.Range(0, Many).Select(i => _house.Ask(Messages.Query(Name, id: i, opt: i % 2 == 0 ? Messages.Opt() : null)))];
}
