using System.Globalization;

namespace DotProxy.Bench.Measuring;

/// <summary>One way to load a system: the flags of <c>load</c>.</summary>
internal sealed record LoadPlan(string Name, params string[] Flags)
{
    public static LoadPlan Window(int window) => new($"window {window}", "--window", window.ToString(CultureInfo.InvariantCulture));

    public static LoadPlan Rate(int rate) => new($"{rate}/s", "--rate", rate.ToString(CultureInfo.InvariantCulture));
}

/// <summary>What is measured under one name, with the upstream so far away; where there are several plans the best one counts.</summary>
internal sealed record Scenario(string Name, double DelayMilliseconds, params LoadPlan[] Plans)
{
    public const string Miss = "miss";

    /// <summary>In the order in which they are run: the upstream moves away once.</summary>
    public static IReadOnlyList<Scenario> All { get; } =
    [
        new(Miss, 0, LoadPlan.Window(64), LoadPlan.Window(256), LoadPlan.Window(512)),
        new(MissAt(500, 0), 0, LoadPlan.Rate(500)),
        new(MissAt(5000, 0), 0, LoadPlan.Rate(5000)),
        new(MissAt(500, 10), 10, LoadPlan.Rate(500)),
        new(MissAt(5000, 10), 10, LoadPlan.Rate(5000)),
    ];

    public static string MissAt(int rate, double delay) => string.Create(CultureInfo.InvariantCulture, $"miss@{rate}, {delay:0} ms");
}
