using System.Globalization;

namespace DotProxy.Bench.Measuring;

/// <summary>One way to load a system: the flags of <c>load</c>, and for how long in parts of a measurement's time.</summary>
internal sealed record LoadPlan(string Name, double Share, params string[] Flags)
{
    // A closed loop asks so much that half the time says the same; at a few hundred a second each query counts for a percentile.
    private const double WholeTime = 1, HalfTime = 0.5;

    public bool IsAtRate => Flags.Contains("--rate");

    /// <summary>
    /// What a closed loop is tried with. A narrow one leaves batches half empty, a wide one overflows what a system keeps ready:
    /// which is best differs, and each system's best counts.
    /// </summary>
    public static LoadPlan[] Windows { get; } = [Window(64), Window(256), Window(512), Window(1024)];

    /// <summary>Each asks one question at a time, from a port of its own: nothing can be joined for any of them.</summary>
    public static LoadPlan ManyClients { get; } = Over("256 clients", "--window", "256", "--sockets", "256");

    /// <summary>Over TCP, on ten connections.</summary>
    public static LoadPlan Tcp { get; } = Over("TCP, window 200", "--transport", Scenario.Tcp, "--window", "200");

    public static LoadPlan Rate(int rate) => new($"{rate}/s", WholeTime, "--rate", Text(rate));

    /// <summary>Asks each of the hot names once, in the scenario's own way: dnsdist has a cache for each transport.</summary>
    public static LoadPlan WarmUp(int hot, string transport) =>
        new("warm-up", WholeTime, "--hot", Text(hot), "--order", "once", "--transport", transport, "--window", "64", "--seconds", "10");

    /// <summary>Asks for so many names that nobody has asked for.</summary>
    public static LoadPlan Distinct(long names) => new("distinct names", WholeTime, "--queries", Text(names), "--window", "256", "--seconds", "60");

    private static LoadPlan Window(int window) => Over($"window {window}", "--window", Text(window));

    private static LoadPlan Over(string name, params string[] flags) => new(name, HalfTime, flags);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
