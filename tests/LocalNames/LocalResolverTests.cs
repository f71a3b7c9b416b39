using DotProxy.LocalNames;
using DotProxy.Resolution;
using DotProxy.Telemetry;
using DotProxy.Tests.Caching;
using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.LocalNames;

public sealed class LocalResolverTests
{
    private readonly NextStage _next = new();
    private readonly Counters _counters = new();
    private readonly SinkSet _sinks = new();
    private readonly LocalResolver _local;

    public LocalResolverTests() => _local = new LocalResolver(_next, new LocalTable(null, []), _counters);

    [Fact]
    public void A_local_name_is_answered_at_once_and_counted()
    {
        Assert.True(_local.TryRecall(QueryScreen.Screen(Messages.Query("localhost")), _sinks, out Outcome outcome));
        Assert.Equal(1, outcome.Answer.Header.AnswerCount);
        Assert.Equal((1, 0), (_counters.LocalAnswers.Value, _next.Asked));
    }

    [Fact]
    public void Every_other_goes_to_the_next_stage_as_do_flushes_and_outages()
    {
        Assert.False(_local.TryRecall(QueryScreen.Screen(Messages.Query("www.example.com")), _sinks, out _));
        _local.Resolve(new FakeQuery("www.example.com"), _sinks);
        _local.Flush();
        _next.Outage = Failure.ShuttingDown;
        Assert.Equal((1, 1, 0), (_next.Asked, _next.Flushes, _counters.LocalAnswers.Value));
        Assert.Same(Failure.ShuttingDown, _local.Outage);
    }

    [Fact]
    public void Neither_way_allocates()
    {
        var local = new LocalResolver(_next, new LocalTable(HostsFile.Parse("hosts", ["192.168.1.5 nas.lan"]), []), _counters);
        byte[][] queries = [Messages.Query("www.example.com"), Messages.Query("7.1.168.192.in-addr.arpa", 12), Messages.Query("1.1.1.1.in-addr.arpa", 12), Messages.Query("x.LocalHost"), Messages.Query("Nas.lan"), Messages.Query("nas.lan", 28)];
        Ask();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10_000; i++) Ask();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Ask()
        {
            foreach (byte[] query in queries) local.TryRecall(QueryScreen.Screen(query), _sinks, out _);
        }
    }
}
