using DotProxy.Resolution;

namespace DotProxy.Listeners;

/// <summary>A query that came over a TCP session.</summary>
internal sealed class TcpQuery(QueryPool<TcpQuery> pool) : Query
{
    private TcpSession? _session;

    public void Begin(in ScreenedMessage message, long deadline, TcpSession session)
    {
        Begin(message, deadline);
        _session = session;
    }

    public override void Complete(in Outcome outcome, SinkSet sinks)
    {
        sinks.Add(_session!);
        _session!.Complete(this, outcome);
        pool.Return(this);
    }
}
