namespace DotProxy.Resolution;

/// <summary>Takes queries out of the <see cref="QueryChannel"/> on the thread of whoever put them there.</summary>
internal interface IQueryConsumer
{
    /// <summary>Sees to it that what waits in the channel is taken, now or by the one who is busy taking. Never blocks.</summary>
    void Drain();

    /// <summary>Why nothing can be asked for now; null while asking is worth it.</summary>
    Failure? Outage { get; }
}
