using DotProxy.Resolution;

namespace DotProxy.Listeners;

/// <summary>A query that came in a datagram.</summary>
internal sealed class UdpQuery(QueryPool<UdpQuery> pool, UdpReplies replies) : Query
{
    private DatagramPeer _peer;

    public void Begin(in ScreenedMessage message, long deadline, in DatagramPeer peer)
    {
        Begin(message, deadline);
        _peer = peer;
    }

    public override void Complete(in Outcome outcome, SinkSet sinks)
    {
        sinks.Add(replies);
        replies.Add(Requestor, Question, outcome, _peer);
        pool.Return(this);
    }
}
