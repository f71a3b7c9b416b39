namespace DotProxy.Resolution;

/// <summary>
/// Who must be told that a loop is done with a batch: a listener that has gathered replies, so that several leave in one system call, or a
/// stage that has sent queries on, so that they leave at all.
/// </summary>
internal interface IReplySink
{
    /// <summary>Sends what <see cref="Query.Complete"/> has gathered. Never waits for a client; called under no lock.</summary>
    void Flush();
}
