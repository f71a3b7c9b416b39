using DotProxy.Dns;
using DotProxy.Resolution;

namespace DotProxy.Listeners;

/// <summary>
/// Gathers replies and sends them in one system call. The lock is there because several loops complete queries of one socket;
/// each writes its replies straight into the buffers that are sent.
/// </summary>
internal sealed class UdpReplies(DatagramSocket socket, int capacity) : IReplySink, IDisposable
{
    private readonly Lock _lock = new();
    private readonly DatagramBatch _batch = new(capacity, WireLimits.UnfragmentedUdp);
    private bool _isDisposed;

    public void Add(in Requestor requestor, ReadOnlySpan<byte> question, in Outcome outcome, in DatagramPeer peer)
    {
        lock (_lock)
        {
            if (_isDisposed) return;
            if (_batch.IsFull) socket.Send(_batch);
            Span<byte> room = _batch.Buffer(_batch.Count)[..requestor.UdpLimit];
            _batch.Add(peer, ReplyWriter.Write(requestor, question, outcome, room), socket.CanJoin);
        }
    }

    public void Flush()
    {
        // What another loop is adding right now it will flush itself.
        if (_batch.Count == 0) return;
        lock (_lock)
        {
            if (_batch.Count > 0 && !_isDisposed) socket.Send(_batch);
        }
    }

    /// <summary>What comes later is dropped: its memory is the system's again.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (!_isDisposed) _batch.Dispose();
            _isDisposed = true;
        }
    }
}
