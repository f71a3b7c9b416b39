using System.Diagnostics;
using DotProxy.Resolution;
using DotProxy.Telemetry;

namespace DotProxy.LocalNames;

/// <summary>
/// The stage that answers for names that never leave: at once, on the listener's thread, before anything is looked up or remembered.
/// All others it leaves to the next stage, at the price of a look at their last label, or of one look-up where there is a hosts file.
/// </summary>
internal sealed class LocalResolver(IResolver next, LocalTable table, Counters counters) : IResolver
{
    public Failure? Outage => next.Outage;

    public bool TryRecall(in ScreenedMessage message, SinkSet sinks, out Outcome outcome)
    {
        if (!table.TryAnswer(message.Question, out outcome)) return next.TryRecall(message, sinks, out outcome);
        counters.LocalAnswers.Increment();
        return true;
    }

    /// <summary>It is not looked at a second time: whoever comes here was not answered by <see cref="TryRecall"/>.</summary>
    public void Resolve(Query query, SinkSet sinks)
    {
        Debug.Assert(!table.TryAnswer(query.Question, out _), "a query is resolved without having asked what is known here");
        next.Resolve(query, sinks);
    }

    public void Flush() => next.Flush();
}
