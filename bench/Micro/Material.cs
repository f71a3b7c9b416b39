using DotProxy.Bench.Load;
using DotProxy.Bench.Synthetic;
using DotProxy.Dns;
using DotProxy.Resolution;

namespace DotProxy.Bench.Micro;

/// <summary>Queries as they come from clients, in an order that no processor can guess, and answers as they come from upstreams.</summary>
internal sealed class Material
{
    /// <summary>A power of two: the place in a loop, cut to its low bits, is the place here.</summary>
    public const int Queries = 1 << 17;
    public const int QuestionLength = LoadNames.QueryLength - WireLimits.Header;

    private readonly LoadNames _names = new(run: 1);
    private readonly NameSequence _sequence;
    private readonly byte[] _queries = new byte[Queries * LoadNames.QueryLength];

    public Material(NameSequence sequence)
    {
        _sequence = sequence;
        for (int i = 0; i < Queries; i++) Write((uint)i, _queries.AsSpan(i * LoadNames.QueryLength, LoadNames.QueryLength));
    }

    public ReadOnlySpan<byte> Query(int index) => _queries.AsSpan((index & (Queries - 1)) * LoadNames.QueryLength, LoadNames.QueryLength);

    public ReadOnlySpan<byte> Question(int index) => Query(index)[WireLimits.Header..];

    /// <summary>Writes the query at any place of the sequence; true where its name is a hot one.</summary>
    public bool Write(uint place, Span<byte> destination)
    {
        uint number = _sequence.At(place);
        _names.WriteQuery(destination, (ushort)place, number);
        return (number & LoadNames.Hot) != 0;
    }

    /// <summary>The upstream's answer to a client's query, which goes there with OPT and padding; returns its length.</summary>
    public static int Answer(ReadOnlySpan<byte> query, Span<byte> destination)
    {
        var asked = new BenchQuery();
        asked.Begin(query);
        Span<byte> encoded = stackalloc byte[Upstreams.QueryEncoder.MaxLength];
        int length = Upstreams.QueryEncoder.Write(asked, id: 1, encoded);
        SyntheticZone.TryAnswer(encoded[WireLimits.StreamLength..length], destination, out int answered);
        return answered;
    }
}

/// <summary>A query that nobody waits for.</summary>
internal sealed class BenchQuery : Query
{
    public void Begin(ReadOnlySpan<byte> query) => Begin(QueryScreen.Screen(query), deadline: long.MaxValue);

    public override void Complete(in Outcome outcome, SinkSet sinks)
    {
        // Nothing was taken that could be given back.
    }
}
