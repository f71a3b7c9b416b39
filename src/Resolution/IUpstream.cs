namespace DotProxy.Resolution;

/// <summary>A stage behind which somebody else answers: one upstream, or several that stand in for each other.</summary>
internal interface IUpstream : IResolver, IDisposable
{
    /// <summary>How long a stop waits for answers: supervisors kill after ten seconds or more, and ours has promised to be gone after five.</summary>
    static TimeSpan DrainTime => TimeSpan.FromSeconds(3.5);

    /// <summary>What logs and errors call it.</summary>
    string Name { get; }

    /// <summary>Queries that it holds.</summary>
    int Pending { get; }

    /// <summary>What has been wrong since it last answered, though it may pass in a moment; null while nothing is.</summary>
    Failure? Trouble { get; }

    /// <summary>
    /// Whether queries have gone unanswered for so long, and nothing else has been answered meanwhile. On the way there it is asked what it
    /// knows for certain, so that one slow name is no silence: call it again and again, and under no lock.
    /// </summary>
    /// <param name="now">A timestamp of the <see cref="TimeProvider"/>.</param>
    bool IsSilent(TimeSpan limit, long now);

    /// <summary>This machine's addresses or routes have changed: what depends on the old ones is made anew, without waiting for it to fail.</summary>
    void NetworkChanged();

    /// <summary>Takes nothing new and waits until every query is answered, at most so long; what is left then is answered SERVFAIL.</summary>
    Task StopAsync(TimeSpan drainTime);
}
