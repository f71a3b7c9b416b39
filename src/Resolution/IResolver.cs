namespace DotProxy.Resolution;

/// <summary>
/// A stage that a query meets behind the listener. It has one verb: a query goes in, and its answer comes out of
/// <see cref="Query.Complete"/>, exactly once, on whatever thread has it. A group of stages is a stage too.
/// </summary>
internal interface IResolver
{
    /// <summary>Why nothing can be asked for now; null while asking is worth it.</summary>
    Failure? Outage { get; }

    /// <summary>The same for one question, where it depends on that.</summary>
    /// <param name="question">Name, type and class.</param>
    Failure? OutageFor(ReadOnlySpan<byte> question) => Outage;

    /// <summary>
    /// The synchronous way: answers from memory without a <see cref="Query"/>, or not at all. The outcome lives until this thread
    /// asks again. A stage that remembers nothing leaves it as it is.
    /// </summary>
    bool TryRecall(in ScreenedMessage message, SinkSet sinks, out Outcome outcome)
    {
        outcome = default;
        return false;
    }

    /// <summary>
    /// Takes over a query that <see cref="TryRecall"/> had no answer to: the caller must not touch it any more. What is answered before it returns has its sinks noted in
    /// <paramref name="sinks"/>, which the caller flushes.
    /// </summary>
    void Resolve(Query query, SinkSet sinks);

    /// <summary>Says that a burst of queries is over: what was held back to go out together goes out now.</summary>
    void Flush();
}
