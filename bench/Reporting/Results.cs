using DotProxy.Bench.Measuring;

namespace DotProxy.Bench.Reporting;

internal sealed record SystemName(string Name, string Version);

/// <summary>All that a run found, as it is written to <c>results.json</c>. Ours is the first of the systems.</summary>
internal sealed record Results
{
    public required string When { get; init; }

    public required string Machine { get; init; }

    public required string Method { get; init; }

    public required IReadOnlyList<SystemName> Systems { get; init; }

    public IList<Outcome> Outcomes { get; init; } = [];

    public IList<MemoryUse> Memory { get; init; } = [];

    public IList<string> Faults { get; init; } = [];
}
