using DotProxy.Resolution;
using DotProxy.Tests.Fakes;
using DotProxy.Upstreams;

namespace DotProxy.Tests.Upstreams;

/// <summary>The table beside a dictionary that does the same the slow way.</summary>
internal sealed class InFlightModel(ulong seed)
{
    private static readonly byte[][] s_messages = [.. Enumerable.Range(0, 4).Select(i => Messages.Query($"n{i}.example.com"))];

    private readonly InFlightTable _table = new(new SeededOctets(seed).Fill);
    private readonly Dictionary<ushort, (FakeQuery Query, long SentAt)> _model = [];
    private long _now;

    public bool Run((int Kind, int Value)[] steps)
    {
        foreach ((int kind, int value) in steps)
        {
            bool good = kind switch
            {
                < 50 => Add(value),
                < 60 => AddMany(value),
                < 85 => Take(value),
                < 93 => TakeWrong(value),
                < 98 => Expire(value),
                _ => TakeAll(),
            };
            if (!good || _table.Count != _model.Count || _table.OldestSentAfter(long.MinValue) != Oldest()) return false;
        }
        return TakeAll();
    }

    private long? Oldest() => _model.Count == 0 ? null : _model.Values.Min(entry => entry.SentAt);

    private bool Add(int value)
    {
        var query = new FakeQuery(s_messages[value % s_messages.Length], deadline: _now + value);
        return _table.TryAdd(query, ++_now, out ushort id) && _model.TryAdd(id, (query, _now));
    }

    private bool AddMany(int value) => Enumerable.Range(0, value % 64).All(_ => Add(value));

    private bool Take(int value)
    {
        if (_model.Count == 0) return true;
        ushort id = _model.Keys.ElementAt(value % _model.Count);
        return _table.TryTake(id, _model[id].Query.Question, out Query? taken) && _model.Remove(id, out var entry) && ReferenceEquals(taken, entry.Query);
    }

    private bool TakeWrong(int value)
    {
        ushort id = (ushort)(value * 65);
        return _model.ContainsKey(id)
            ? !_table.TryTake(id, Messages.Question("other.example.com"), out _)
            : !_table.TryTake(id, [], out _);
    }

    private bool Expire(int value)
    {
        _now += value;
        var expired = new List<Query>();
        _table.TakeExpired(_now, expired);
        var expected = _model.Where(entry => entry.Value.Query.Deadline <= _now).ToList();
        foreach ((ushort id, _) in expected) _model.Remove(id);
        return expired.Count == expected.Count && expired.ToHashSet().SetEquals(expected.Select(entry => entry.Value.Query));
    }

    private bool TakeAll()
    {
        var taken = new List<(Query Query, long SentAt)>();
        _table.TakeAll(taken);
        var expected = _model.Values.Select(entry => ((Query)entry.Query, entry.SentAt)).ToHashSet();
        _model.Clear();
        return taken.Count == expected.Count && expected.SetEquals(taken);
    }
}
