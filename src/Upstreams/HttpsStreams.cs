namespace DotProxy.Upstreams;

/// <summary>
/// The streams of a connection that wait for answers, and some that can be used again. A stream's number tells its place; one whose place
/// is taken is skipped, which closes it unused (RFC 9113 §5.1.1). Its connection's lock guards it.
/// </summary>
internal sealed class HttpsStreams
{
    // More places than there may be streams: a slow name keeps its own, and the others go on.
    private const int Places = 1024;

    // Numbers have 31 bits; long before they are used up another connection takes over.
    private const uint LastNumber = 1u << 30;

    private readonly HttpsStream?[] _waiting = new HttpsStream?[Places];
    private HttpsStream? _idle;
    private uint _nextNumber = 1;

    /// <summary>How many wait.</summary>
    public int Count { get; private set; }

    public bool IsUsedUp => _nextNumber > LastNumber;

    /// <summary>A stream with the next number, which does not wait yet. There must be fewer waiting than places.</summary>
    public HttpsStream Open(long deadline)
    {
        while (_waiting[Place(_nextNumber)] is not null) _nextNumber += 2;
        HttpsStream stream = _idle ?? new HttpsStream();
        _idle = stream.Next;
        stream.Begin(_nextNumber, deadline);
        _nextNumber += 2;
        return stream;
    }

    public void Add(HttpsStream stream)
    {
        _waiting[Place(stream.Number)] = stream;
        Count++;
    }

    public HttpsStream? Find(uint number) => _waiting[Place(number)] is { } stream && stream.Number == number ? stream : null;

    /// <summary>False where it does not wait any more.</summary>
    public bool Remove(HttpsStream stream)
    {
        if (_waiting[Place(stream.Number)] != stream) return false;
        _waiting[Place(stream.Number)] = null;
        Count--;
        return true;
    }

    /// <summary>One past <paramref name="number"/>, or whose deadline is not after <paramref name="now"/>; null where there is none.</summary>
    public HttpsStream? FindPast(uint number, long now)
    {
        if (Count == 0) return null;
        foreach (HttpsStream? stream in _waiting)
        {
            if (stream is not null && (stream.Number > number || stream.Deadline <= now)) return stream;
        }
        return null;
    }

    /// <summary>Takes one back that nobody else has in hands.</summary>
    public void Return(HttpsStream stream)
    {
        stream.Next = _idle;
        _idle = stream;
    }

    /// <summary>Clients' streams have odd numbers.</summary>
    private static int Place(uint number) => (int)(number >> 1) & (Places - 1);
}
