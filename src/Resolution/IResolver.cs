namespace DotProxy.Resolution;

/// <summary>
/// A stage that a query meets behind the listener. It has one verb: a query goes in, and its answer comes out of
/// <see cref="Query.Complete"/>, exactly once, on whatever thread has it. A group of stages is a stage too.
/// </summary>
internal interface IResolver
{
    /// <summary>Takes the query over: the caller must not touch it any more.</summary>
    void Resolve(Query query);

    /// <summary>Says that a burst of queries is over: what was held back to go out together goes out now.</summary>
    void Flush();
}
