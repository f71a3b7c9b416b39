using System.Globalization;

namespace DotProxy.Bench.Measuring;

/// <summary>Which names a scenario asks for.</summary>
internal enum Names
{
    /// <summary>Those that nobody has asked for before.</summary>
    Unique,

    /// <summary>The hot ones, each asked for once before.</summary>
    Hot,

    /// <summary>Half and half.</summary>
    Mixed,
}

/// <summary>What is measured under one name, with the upstream so far away; where there are several plans the best one counts.</summary>
internal sealed record Scenario(string Name, Names Names, double DelayMilliseconds, params LoadPlan[] Plans)
{
    public const string Hit = "hit", HitOverTcp = "hit over TCP", Miss = "miss", Mix = "mix 50/50", MissWithoutCache = "miss, no cache";
    public const string HitOfMany = "hit, 256 clients", MissOfMany = "miss, 256 clients";
    public const string Udp = "udp", Tcp = "tcp";
    public const int HotNames = 10_000;

    private static readonly string s_hot = HotNames.ToString(CultureInfo.InvariantCulture);

    /// <summary>With the systems' caches on, in the order in which they are run: the upstream moves away once.</summary>
    public static IReadOnlyList<Scenario> WithCache { get; } =
    [
        new(Hit, Names.Hot, 0, LoadPlan.Windows),
        new(HitOfMany, Names.Hot, 0, LoadPlan.ManyClients),
        new(HitAt(5000), Names.Hot, 0, LoadPlan.Rate(5000)),
        new(HitOverTcp, Names.Hot, 0, LoadPlan.Tcp),
        new(Miss, Names.Unique, 0, LoadPlan.Windows),
        new(MissOfMany, Names.Unique, 0, LoadPlan.ManyClients),
        new(Mix, Names.Mixed, 0, LoadPlan.Windows),
        new(MissAt(500, 0), Names.Unique, 0, LoadPlan.Rate(500)),
        new(MissAt(5000, 0), Names.Unique, 0, LoadPlan.Rate(5000)),
        new(MissAt(500, 10), Names.Unique, 10, LoadPlan.Rate(500)),
        new(MissAt(5000, 10), Names.Unique, 10, LoadPlan.Rate(5000)),
    ];

    /// <summary>With their caches off.</summary>
    public static IReadOnlyList<Scenario> WithoutCache { get; } = [new(MissWithoutCache, Names.Unique, 0, LoadPlan.Windows)];

    /// <summary>Whether something that answers by itself over UDP says what it costs at least.</summary>
    public bool HasFloor => Names == Names.Hot && Transport == Udp;

    public string Transport => Name == HitOverTcp ? Tcp : Udp;

    /// <summary>The flags of <c>load</c> that say what to ask.</summary>
    public string[] NameFlags => Names switch
    {
        Names.Hot => ["--hot", s_hot],
        Names.Mixed => ["--hot", s_hot, "--mix", "50"],
        _ => [],
    };

    public static string HitAt(int rate) => string.Create(CultureInfo.InvariantCulture, $"hit@{rate}");

    public static string MissAt(int rate, double delay) => string.Create(CultureInfo.InvariantCulture, $"miss@{rate}, {delay:0} ms");
}
