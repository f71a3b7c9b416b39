using System.Diagnostics;

namespace DotProxy.Bench.Measuring;

/// <summary>How a run is made.</summary>
internal sealed record RunOptions
{
    private readonly long _start = Stopwatch.GetTimestamp();

    public required Cores Cores { get; init; }

    public required string CaFile { get; init; }

    public required string Certificate { get; init; }

    public required string Key { get; init; }

    /// <summary>The name that the certificate bears.</summary>
    public required string UpstreamName { get; init; }

    public required string Directory { get; init; }

    public int Rounds { get; init; } = 3;

    /// <summary>Of one measurement.</summary>
    public double Seconds { get; init; } = 2;

    /// <summary>Disturbed measurements are repeated until so many seconds have passed; then what is left is measured once.</summary>
    public double RepeatUntil { get; init; } = 240;

    public bool MayRepeat() => Stopwatch.GetElapsedTime(_start).TotalSeconds < RepeatUntil;
}
