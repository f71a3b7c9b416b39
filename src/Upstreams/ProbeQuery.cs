using DotProxy.Dns;
using DotProxy.Resolution;

namespace DotProxy.Upstreams;

/// <summary>
/// A question that every resolver answers from memory, the root's name servers. Where one client's question stays unanswered for
/// long it tells a slow name from a dead connection. One worker's, asked again and again.
/// </summary>
internal sealed class ProbeQuery : Query
{
    // The root, NS, IN.
    private static readonly byte[] s_question = [0, 0, 2, 0, 1];

    private volatile bool _isUnderWay;

    public bool IsUnderWay => _isUnderWay;

    public void Begin(long deadline)
    {
        Begin(new Requestor(0, HeaderFlags.RecursionDesired, UsesEdns: true, WireLimits.UnfragmentedUdp, DnssecOk: false), s_question, deadline);
        _isUnderWay = true;
    }

    /// <summary>Nobody waits for it: that an answer came is what counts, and its connection has noted that.</summary>
    public override void Complete(in Outcome outcome, SinkSet sinks) => _isUnderWay = false;
}
