using System.Diagnostics;
using System.Net.Sockets;

namespace DotProxy.Bench.Load;

/// <summary>A socket with the queries outstanding on it. Owns the socket.</summary>
internal abstract class LoadSocket(Socket socket, LoadNames names, NameSequence sequence) : IDisposable
{
    /// <summary>At most so many queries leave in one call.</summary>
    protected const int Batch = 32;

    protected Socket Socket => socket;

    public int Descriptor => (int)socket.Handle;

    public Outstanding Outstanding { get; } = new(names);

    /// <summary>Sends the queries from this place of the sequence on, one batch at most; returns how many left.</summary>
    public int Send(int count, uint place)
    {
        count = Math.Min(count, Math.Min(Batch, Outstanding.Room));
        if (count <= 0) return 0;
        long now = Stopwatch.GetTimestamp();
        for (int i = 0; i < count; i++) Outstanding.Prepare(RoomFor(i), i, sequence.At(place + (uint)i), now);
        int sent = SendPrepared(count);
        Outstanding.Sent(sent, count);
        return sent;
    }

    /// <summary>Takes all the answers that are there.</summary>
    public abstract void Receive(LoadTally tally);

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Where the query at this place of the batch is written.</summary>
    protected abstract Span<byte> RoomFor(int index);

    /// <summary>Sends the first of the batch; returns how many left.</summary>
    protected abstract int SendPrepared(int count);

    protected virtual void Dispose(bool disposing) => socket.Dispose();
}
