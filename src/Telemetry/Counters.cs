namespace DotProxy.Telemetry;

/// <summary>What was dropped, shed or found wrong: rare events, so one shared number each is cheap enough.</summary>
internal sealed class Counters
{
    /// <summary>Messages that nobody answers: shorter than a header, or responses sent to a listener.</summary>
    public Counter Dropped { get; } = new();

    /// <summary>Messages answered with an error here: malformed, another opcode, a transfer, an unknown EDNS version.</summary>
    public Counter Rejected { get; } = new();

    /// <summary>Queries answered SERVFAIL because the queue was full.</summary>
    public Counter Shed { get; } = new();

    /// <summary>Queries answered SERVFAIL because the upstream failed or was too late.</summary>
    public Counter Failed { get; } = new();

    /// <summary>Queries sent once more because their connection died.</summary>
    public Counter Retried { get; } = new();

    /// <summary>Upstream messages that match no question in flight (RFC 5452 §9.1), or that are no answers.</summary>
    public Counter Mismatched { get; } = new();

    /// <summary>TLS connections made to the upstream.</summary>
    public Counter Connections { get; } = new();

    /// <summary>Receive calls that failed for a reason that passes (memory, say).</summary>
    public Counter Unreceived { get; } = new();

    /// <summary>Replies that the kernel would not send.</summary>
    public Counter Unsendable { get; } = new();

    /// <summary>TCP clients turned away at the bound, or cut off because they did not read.</summary>
    public Counter TcpRefused { get; } = new();
}

internal sealed class Counter
{
    private long _value;

    public long Value => Volatile.Read(ref _value);

    public void Increment() => Interlocked.Increment(ref _value);
}
