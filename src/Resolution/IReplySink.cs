namespace DotProxy.Resolution;

/// <summary>Where a listener gathers replies, so that several leave in one system call.</summary>
internal interface IReplySink
{
    /// <summary>Sends what <see cref="Query.Complete"/> has gathered. Never waits for a client.</summary>
    void Flush();
}
