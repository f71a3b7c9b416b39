namespace DotProxy.Resolution;

/// <summary>The reply sinks that a loop has written to since it last flushed them. Belongs to one loop.</summary>
/// <param name="capacity">Past it, sinks are flushed early.</param>
internal sealed class SinkSet(int capacity = SinkSet.UsualCapacity)
{
    // Loops meet few sinks at a time: a UDP socket or two and some TCP clients.
    private const int UsualCapacity = 32;

    private readonly IReplySink?[] _sinks = new IReplySink?[capacity];
    private int _count;

    public void Add(IReplySink sink)
    {
        if (_sinks.AsSpan(0, _count).Contains(sink)) return;
        if (_count == _sinks.Length) Flush();
        _sinks[_count++] = sink;
    }

    public void Flush()
    {
        for (int i = 0; i < _count; i++)
        {
            _sinks[i]!.Flush();
            _sinks[i] = null;
        }
        _count = 0;
    }
}
