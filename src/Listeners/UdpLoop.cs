using System.Diagnostics;
using DotProxy.Dns;
using DotProxy.Resolution;
using DotProxy.Telemetry;

namespace DotProxy.Listeners;

/// <summary>
/// One UDP socket and the thread that receives from it: a burst is taken in one call, screened, handed on, and what
/// could be answered here leaves in one call.
/// </summary>
internal sealed class UdpLoop : IDisposable
{
    // Our choices. Past 64 in one call nothing more is gained. We announce 1 232 octets to those who ask; a little more is read.
    private const int BatchCapacity = 64;
    private const int ReceiveBufferSize = 1536;
    private const int StackSize = 256 * 1024;

    // A waking datagram may be lost, as any may.
    private static readonly TimeSpan s_wakePeriod = TimeSpan.FromMilliseconds(50);

    private readonly DatagramSocket _socket;
    private readonly IResolver _resolver;
    private readonly TimeProvider _time;
    private readonly long _timeoutTicks;
    private readonly Counters _counters;
    private readonly LogEvents _log;
    private readonly DatagramBatch _received = new(BatchCapacity, ReceiveBufferSize);
    private readonly UdpReplies _ownReplies;
    private readonly UdpReplies _replies;
    private readonly QueryPool<UdpQuery> _pool;
    private readonly Thread _thread;
    private readonly SinkSet _sinks = new();
    private DatagramPeer _peer;

    public UdpLoop(DatagramSocket socket, IResolver resolver, TimeSpan timeout, TimeProvider time, Counters counters, LogEvents log)
    {
        _socket = socket;
        _resolver = resolver;
        _time = time;
        _timeoutTicks = (long)(timeout.TotalSeconds * time.TimestampFrequency);
        _counters = counters;
        _log = log;
        // Apart, so that what this thread answers by itself never waits for a loop that is sending.
        _ownReplies = new UdpReplies(socket, BatchCapacity);
        _replies = new UdpReplies(socket, BatchCapacity);
        _pool = new QueryPool<UdpQuery>(() => new UdpQuery(_pool!, _replies));
        _thread = new Thread(Run, StackSize) { IsBackground = true, Name = "udp" };
    }

    public void Start() => _thread.Start();

    /// <summary>Takes nothing more in; replies to what was taken can still leave. Returns when the thread has ended.</summary>
    public void Stop()
    {
        do _socket.StopReceiving();
        while (!_thread.Join(s_wakePeriod));
    }

    /// <summary>Queries taken and not yet completed.</summary>
    public int Pending => _pool.Leases;

    /// <summary>Sends what was completed last.</summary>
    public void Flush() => _replies.Flush();

    /// <summary>After <see cref="Stop"/>, when every query is completed.</summary>
    public void Dispose()
    {
        Debug.Assert(_pool.Leases == 0, "a query that came over UDP was never completed");
        _socket.Dispose();
        _received.Dispose();
        _ownReplies.Dispose();
        _replies.Dispose();
    }

    private void Run()
    {
        try
        {
            while (_socket.Receive(_received)) TakeBurst();
        }
        catch (Exception exception)
        {
            _log.Unexpected("a UDP loop, which has ended", exception);
        }
    }

    private void TakeBurst()
    {
        long deadline = _time.GetTimestamp() + _timeoutTicks;
        for (int i = 0; i < _received.Count; i++) Take(i, deadline);
        _resolver.Flush();
        _ownReplies.Flush();
        _sinks.Flush();
    }

    private void Take(int index, long deadline)
    {
        _received.GetPeer(index, ref _peer);
        ScreenedMessage message = QueryScreen.Screen(_received.Message(index));
        // What was longer than the buffer is no query, whatever its beginning looks like.
        bool isCut = message.Verdict == Verdict.Accepted && _received.IsCut(index);
        switch (isCut ? Verdict.Rejected : message.Verdict)
        {
            case Verdict.Accepted when _resolver.TryRecall(message, _sinks, out Outcome outcome):
                _ownReplies.Add(message.Requestor, message.Question, outcome, _peer);
                break;
            case Verdict.Accepted:
                UdpQuery query = _pool.Rent();
                query.Begin(message, deadline, _peer);
                _resolver.Resolve(query, _sinks);
                break;
            case Verdict.Rejected:
                _counters.Rejected.Increment();
                _ownReplies.Add(message.Requestor, message.Question, Outcome.Rejected(isCut ? Rcode.FormatError : message.Rcode), _peer);
                break;
            default:
                _counters.Dropped.Increment();
                break;
        }
    }
}
