using DotProxy.Resolution;
using DotProxy.Telemetry;

namespace DotProxy.Upstreams;

/// <summary>The end of a query that gets no answer.</summary>
internal static class FailedQuery
{
    /// <summary>Counts it, logs it, and completes it with the reason.</summary>
    public static void Fail(this Query query, Failure failure, SinkSet sinks, Counters counters, LogEvents log)
    {
        counters.Failed.Increment();
        log.QueryFailed(query.Question, failure.Text);
        query.Complete(Outcome.Failed(failure), sinks);
    }
}
