namespace DotProxy.Bench.Load;

/// <summary>
/// Which name each query asks for. A function of its place in the run and of nothing else, so that every system is asked the
/// same in the same order, and a query that could not be sent loses nothing.
/// </summary>
internal sealed class NameSequence
{
    private const uint Percent = 100;

    private readonly uint _hot;
    private readonly uint _share;
    private readonly bool _inOrder;

    private NameSequence(uint hot, uint share, bool inOrder)
    {
        _hot = hot;
        _share = share;
        _inOrder = inOrder;
    }

    /// <summary>Names that nobody has asked before.</summary>
    public static NameSequence Unique { get; } = new(hot: 1, share: 0, inOrder: false);

    /// <summary>Each of the hot names once, in order: a warm-up.</summary>
    public static NameSequence EachOnce(uint hot) => new(hot, Percent, inOrder: true);

    /// <summary>Hot names drawn at random in so many of a hundred queries, in the rest unique ones.</summary>
    public static NameSequence Mixed(uint hot, uint percent) => new(hot, percent, inOrder: false);

    /// <summary>The number of the name that the query at this place asks for, as <see cref="LoadNames"/> writes it.</summary>
    public uint At(uint place)
    {
        if (_share == 0) return place;
        if (_inOrder) return LoadNames.Hot | (place % _hot);
        ulong chance = Scramble(place);
        bool isHot = (uint)chance % Percent < _share;
        return isHot ? LoadNames.Hot | ((uint)(chance >> 32) % _hot) : place;
    }

    /// <summary>SplitMix64: numbers that follow each other become numbers that look drawn at random.</summary>
    private static ulong Scramble(uint place)
    {
        ulong z = (place + 1UL) * 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
