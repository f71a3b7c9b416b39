namespace DotProxy.Telemetry;

/// <summary>What was answered from memory, dropped, shed or found wrong.</summary>
internal sealed class Counters
{
    /// <summary>Messages that nobody answers: shorter than a header, or responses sent to a listener.</summary>
    public Counter Dropped { get; } = new();

    /// <summary>Messages answered with an error here: malformed, another opcode, a transfer, an unknown EDNS version.</summary>
    public Counter Rejected { get; } = new();

    /// <summary>Questions about names that never leave: localhost, the hosts file, reverse zones of private addresses.</summary>
    public Counter LocalAnswers { get; } = new();

    /// <summary>Questions answered from a fresh entry of the cache.</summary>
    public Counter CacheHits { get; } = new();

    /// <summary>Questions that the cache had no entry for, or none to give out.</summary>
    public Counter CacheMisses { get; } = new();

    /// <summary>Questions answered from an entry past its time (RFC 8767).</summary>
    public Counter StaleServed { get; } = new();

    /// <summary>Queries that waited for the answer to the same question of somebody else.</summary>
    public Counter Coalesced { get; } = new();

    /// <summary>Answers looked up anew before their time was over.</summary>
    public Counter Prefetches { get; } = new();

    /// <summary>Queries answered SERVFAIL because the queue was full.</summary>
    public Counter Shed { get; } = new();

    /// <summary>Queries answered SERVFAIL because the upstream failed or was too late.</summary>
    public Counter Failed { get; } = new();

    /// <summary>Queries sent once more because their connection died.</summary>
    public Counter Retried { get; } = new();

    /// <summary>Queries that another upstream was asked because the one before failed, or had not answered within a second.</summary>
    public Counter FailedOver { get; } = new();

    /// <summary>Queries that another upstream was asked because the answer was later than usual.</summary>
    public Counter Hedged { get; } = new();

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

/// <summary>A number that all cores count up, each in a cache line of its own.</summary>
internal sealed class Counter
{
    private const int CellsPerLine = 64 / sizeof(long);

    private readonly long[] _cells = new long[(Environment.ProcessorCount + 1) * CellsPerLine];

    public long Value
    {
        get
        {
            long sum = 0;
            foreach (ref long cell in _cells.AsSpan()) sum += Volatile.Read(ref cell);
            return sum;
        }
    }

    public void Increment() => Add(1);

    // The first line is left free: it is shared with the array's length, which everybody reads.
    public void Add(int count)
    {
        int core = (int)((uint)Thread.GetCurrentProcessorId() % (uint)Environment.ProcessorCount);
        Interlocked.Add(ref _cells[(core + 1) * CellsPerLine], count);
    }
}
