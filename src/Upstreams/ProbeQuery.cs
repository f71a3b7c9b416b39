using DotProxy.Resolution;

namespace DotProxy.Upstreams;

/// <summary>
/// Where one client's question stays unanswered for long it tells a slow name from a dead connection. One worker's, asked again and again.
/// </summary>
internal sealed class ProbeQuery : RootProbe
{
    private volatile bool _isUnderWay;

    public bool IsUnderWay => _isUnderWay;

    public void Begin(long deadline)
    {
        BeginProbe(deadline);
        _isUnderWay = true;
    }

    /// <summary>That an answer came is what counts, and its connection has noted that.</summary>
    public override void Complete(in Outcome outcome, SinkSet sinks) => _isUnderWay = false;
}
