namespace DotProxy.Bench.Measuring;

/// <summary>How a run is made.</summary>
internal sealed record RunOptions
{
    public required Cores Cores { get; init; }

    public required string CaFile { get; init; }

    public required string Certificate { get; init; }

    public required string Key { get; init; }

    /// <summary>The name that the certificate bears.</summary>
    public required string UpstreamName { get; init; }

    public required string Directory { get; init; }

    public required int Rounds { get; init; }

    /// <summary>Of one measurement; closed loops take half of it.</summary>
    public double Seconds { get; init; } = 2;

    public required Patience Patience { get; init; }

    /// <summary>Whether the memory is looked at after a million names, which takes the slowest systems a quarter of a minute.</summary>
    public bool WithMillion { get; init; } = true;
}
