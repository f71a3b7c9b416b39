using System.Diagnostics.CodeAnalysis;
using DotProxy.Resolution;

namespace DotProxy.Upstreams;

/// <summary>One worker's queries that are to be asked again, in their order. It alone adds and takes; anybody may count.</summary>
internal sealed class AgainQueue
{
    private readonly Queue<Query> _queries = new();
    private int _count;

    public int Count => Volatile.Read(ref _count);

    public void Add(Query query)
    {
        _queries.Enqueue(query);
        Volatile.Write(ref _count, _queries.Count);
    }

    public bool TryTake([MaybeNullWhen(false)] out Query query)
    {
        if (!_queries.TryDequeue(out query)) return false;
        Volatile.Write(ref _count, _queries.Count);
        return true;
    }
}
