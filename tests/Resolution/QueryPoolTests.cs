using CsCheck;
using DotProxy.Resolution;
using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.Resolution;

public sealed class QueryPoolTests
{
#if DEBUG
    private const bool CountsLeases = true;
#else
    private const bool CountsLeases = false;
#endif

    private static readonly byte[] s_message = Messages.Query("a");

    private int _created;

    [Fact]
    public void The_latest_to_come_back_is_the_first_to_go_out()
    {
        QueryPool<FakeQuery> pool = NewPool();
        FakeQuery first = pool.Rent(), second = pool.Rent();
        pool.Return(first);
        pool.Return(second);
        Assert.Same(second, pool.Rent());
        Assert.Same(first, pool.Rent());
        Assert.Equal(2, _created);
    }

    [Fact]
    public void Nobody_has_what_another_has_and_every_lease_is_counted() =>
        Gen.Bool.Array[0, 400].Sample(
            steps =>
            {
                QueryPool<FakeQuery> pool = NewPool();
                var held = new Stack<FakeQuery>();
                var distinct = new HashSet<FakeQuery>();
                int most = 0;
                foreach (bool rent in steps)
                {
                    if (rent)
                    {
                        FakeQuery query = pool.Rent();
                        if (held.Contains(query)) return false;
                        held.Push(query);
                        distinct.Add(query);
                        most = Math.Max(most, held.Count);
                    }
                    else if (held.TryPop(out FakeQuery? query))
                    {
                        pool.Return(query);
                    }
                    if (pool.Leases != (CountsLeases ? held.Count : 0)) return false;
                }
                return distinct.Count == most;
            }, iter: 200);

    [Fact]
    public void Past_its_capacity_it_keeps_none()
    {
        QueryPool<FakeQuery> pool = NewPool();
        FakeQuery[] all = [.. Enumerable.Range(0, 5000).Select(_ => pool.Rent())];
        foreach (FakeQuery query in all) pool.Return(query);
        for (int i = 0; i < 5000; i++) pool.Rent();
        Assert.Equal(5000 + (5000 - 4096), _created);
    }

    [Fact]
    public async Task Renting_here_and_returning_there_leaves_no_lease()
    {
        QueryPool<FakeQuery> pool = NewPool();
        using var handed = new System.Collections.Concurrent.BlockingCollection<FakeQuery>(64);
        Task returning = Task.Run(() =>
        {
            foreach (FakeQuery query in handed.GetConsumingEnumerable(TestContext.Current.CancellationToken)) pool.Return(query);
        }, TestContext.Current.CancellationToken);
        for (int i = 0; i < 20_000; i++) handed.Add(pool.Rent(), TestContext.Current.CancellationToken);
        handed.CompleteAdding();
        await returning;
        Assert.Equal(0, pool.Leases);
        Assert.InRange(_created, 1, 64 + 2);
    }

    private QueryPool<FakeQuery> NewPool() => new(() =>
    {
        Interlocked.Increment(ref _created);
        return new FakeQuery(s_message);
    });
}
