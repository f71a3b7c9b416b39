using DotProxy.Resolution;
using DotProxy.Telemetry;

namespace DotProxy.Upstreams;

/// <summary>The end of a query that gets no answer.</summary>
internal static class FailedQuery
{
    /// <summary>Completes it with the reason; counts and logs it where somebody waits for it.</summary>
    public static void Fail(this Query query, Failure failure, SinkSet sinks, Counters counters, LogEvents log)
    {
        if (query is not RootProbe)
        {
            counters.Failed.Increment();
            log.QueryFailed(query.Question, failure.Text);
        }
        query.Complete(Outcome.Failed(failure), sinks);
    }
}
