using DotProxy.Dns;

namespace DotProxy.Resolution;

/// <summary>
/// The fork of the way: names at or below a routed zone go to the stage of the longest such zone, all others straight on. It stands
/// behind the cache, so that only misses are routed.
/// </summary>
/// <param name="routes">By zone, in lower case; several zones may lead to the same route.</param>
internal sealed class RoutingResolver(IResolver others, NameMap<Route> routes, IReadOnlyList<Route> all) : IResolver
{
    public Failure? Outage => others.Outage;

    public Failure? OutageFor(ReadOnlySpan<byte> question) => Find(question) is { } route ? route.Stage.Outage : others.OutageFor(question);

    public void Resolve(Query query, SinkSet sinks)
    {
        if (Find(query.Question) is { } route) route.Resolve(query, sinks);
        else others.Resolve(query, sinks);
    }

    public void Flush()
    {
        others.Flush();
        foreach (Route route in all) route.Flush();
    }

    private Route? Find(ReadOnlySpan<byte> question)
    {
        Span<byte> room = stackalloc byte[WireLimits.Name];
        Span<byte> name = room[..(question.Length - 4)];
        DomainName.ToLower(question[..^4], name);
        return routes.FindNearest(name);
    }
}

/// <summary>One way to go. It is flushed only when something went there: most bursts have nothing for it.</summary>
internal sealed class Route(IResolver stage)
{
    private bool _hasNews;

    public IResolver Stage => stage;

    public void Resolve(Query query, SinkSet sinks)
    {
        stage.Resolve(query, sinks);
        // Behind it: whoever sees this flag, and takes it down, flushes what was put there.
        Volatile.Write(ref _hasNews, true);
    }

    public void Flush()
    {
        if (Volatile.Read(ref _hasNews) && Interlocked.Exchange(ref _hasNews, false)) stage.Flush();
    }
}
