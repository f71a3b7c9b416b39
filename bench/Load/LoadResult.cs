namespace DotProxy.Bench.Load;

/// <summary>What a run of the generator saw.</summary>
internal sealed record LoadResult
{
    public long Sent { get; init; }

    public long Answered { get; init; }

    /// <summary>Answered NOERROR with the address that the name has.</summary>
    public long Good { get; init; }

    /// <summary>Answers to hot names.</summary>
    public long Hot { get; init; }

    /// <summary>Answered with another question or address: mixed up.</summary>
    public long Wrong { get; init; }

    /// <summary>Not answered in time.</summary>
    public long Lost { get; init; }

    /// <summary>Datagrams that answer nothing that was asked, or came too late.</summary>
    public long Stray { get; init; }

    public double Seconds { get; init; }

    /// <summary>Good answers a second, of those that came while queries were being sent.</summary>
    public double Qps { get; init; }

    public double AverageMicros { get; init; }

    public double P50Micros { get; init; }

    public double P90Micros { get; init; }

    public double P99Micros { get; init; }

    public double MaxMicros { get; init; }

    /// <summary>What the generator itself used.</summary>
    public double CpuSeconds { get; init; }

    /// <summary>The share of queries that did not get their right answer.</summary>
    public double Failures => Sent == 0 ? 1 : 1 - (Good / (double)Sent);
}
