using DotProxy.Dns;
using DotProxy.Resolution;
using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.Failover;

/// <summary>An upstream that answers when the test says so, and is as well as it says.</summary>
internal sealed class ScriptedUpstream(string name) : IUpstream
{
    private readonly List<Query> _waiting = [];

    public string Name => name;

    public int Pending => _waiting.Count;

    public int Asked { get; private set; }

    public int Flushes { get; private set; }

    public bool Silent { get; set; }

    public Failure? Trouble { get; set; }

    public Failure? Outage { get; set; }

    /// <summary>Answered at once, inside the call, where set.</summary>
    public Rcode? AtOnce { get; set; }

    public bool IsSilent(TimeSpan limit, long now) => Silent;

    public void Resolve(Query query, SinkSet sinks)
    {
        Asked++;
        if (AtOnce is { } rcode) Complete(query, rcode, sinks);
        else _waiting.Add(query);
    }

    public void Flush() => Flushes++;

    public void Answer(Rcode rcode = Rcode.NoError)
    {
        var sinks = new SinkSet();
        Complete(Take(), rcode, sinks);
        sinks.Flush();
    }

    public void Fail(string text)
    {
        var sinks = new SinkSet();
        Take().Complete(Outcome.Failed(new Failure(ExtendedErrorCode.NetworkError, text)), sinks);
        sinks.Flush();
    }

    public void NetworkChanged()
    {
    }

    public Task StopAsync(TimeSpan drainTime) => Task.CompletedTask;

    public void Dispose()
    {
    }

    private Query Take()
    {
        Query query = _waiting[0];
        _waiting.RemoveAt(0);
        return query;
    }

    private static void Complete(Query query, Rcode rcode, SinkSet sinks)
    {
        byte[] asked = [0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, .. query.Question];
        query.Complete(Outcome.Answered(rcode == Rcode.NoError ? Wire.Answer(asked) : Wire.Error(asked, (int)rcode)), sinks);
    }
}
