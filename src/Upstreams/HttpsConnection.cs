using System.Net;
using System.Net.Security;
using DotProxy.Dns;
using DotProxy.Resolution;
using DotProxy.Telemetry;

namespace DotProxy.Upstreams;

/// <summary>
/// DNS over HTTPS (RFC 8484): each query is a request on a stream of its own, many of them at a time, in HTTP/2 (RFC 9113) as far as that needs it.
/// Nothing is offered that a resolver has no use for: no push, no other versions, no redirections, cookies or compressed bodies.
/// </summary>
internal sealed class HttpsConnection(
    SslStream stream, HandshakeStream transport, IPEndPoint remote, string name, HttpsRequest request, FillRandom fill, TimeProvider time, Counters counters, LogEvents log)
    : UpstreamConnection(stream, transport, remote, name, fill, time, counters, log)
{
    // Our choice: servers allow 100 at least (RFC 9113 §6.5.2), mostly 128 or 256. With 20 ms to the resolver it comes to 12 800 queries a second.
    private const int MaxStreams = 256;

    // One refusal may be the name's fault (a gateway that gave up on a slow one); so many in a row, with no answer between, are the upstream's.
    private const int RefusalsThatCount = 3;

    private readonly Lock _lock = new();
    private readonly HttpsStreams _streams = new();
    private readonly HttpsStream _nobody = new();
    private readonly HpackDecoder _fields = new();
    private readonly Http2Session _session = new();
    private HttpsStream? _writing;
    private int _refusals;
    private Failure? _refusal;

    public override Failure? Refusal => Volatile.Read(ref _refusal);

    public override bool IsFull
    {
        get
        {
            lock (_lock) return _streams.Count >= Math.Min(MaxStreams, _session.MaxStreams) || _session.SendWindow < HttpsRequest.MaxBody || base.IsFull;
        }
    }

    protected override int MaxWritten => request.MaxLength;

    /// <summary>Queries on streams that a server which says farewell has not looked at are asked again elsewhere.</summary>
    protected override bool IsDone
    {
        get
        {
            if (Closing is null) return false;
            lock (_lock) return _streams.Count == 0;
        }
    }

    protected override bool HasOwn
    {
        get { lock (_lock) return _session.HasOwn; }
    }

    protected override int WriteOwn(Span<byte> destination)
    {
        lock (_lock) return _session.WriteOwn(destination);
    }

    protected override int Write(Query query, Span<byte> destination)
    {
        lock (_lock)
        {
            _writing = _streams.Open(query.Deadline);
            int length = request.Write(query, _writing.Number, destination, out int body);
            _session.SendWindow -= body;
            if (_streams.IsUsedUp) Closing ??= Ended("it has served its time");
            return length;
        }
    }

    protected override void SetId(ushort id, Span<byte> written)
    {
        lock (_lock)
        {
            _writing!.Id = id;
            _streams.Add(_writing);
        }
    }

    /// <summary>Their streams are given up too, or they would count against what may be in flight.</summary>
    public override void TakeExpired(long now, List<Query> expired)
    {
        lock (_lock)
        {
            // What is removed here the receive loop may still have in its hands: it is not used again.
            while (_streams.FindPast(uint.MaxValue, now) is { } late) Cancel(late);
        }
        base.TakeExpired(now, expired);
    }

    protected override int DeliverAll(Span<byte> received)
    {
        int position = 0;
        string? fault = null;
        bool isTooLong = false;
        while (fault is null && Http2Frame.TryRead(received[position..], out Http2Frame frame, out isTooLong))
        {
            position += Http2Frame.HeaderLength + frame.Payload.Length;
            fault = Handle(frame);
        }
        if (isTooLong) fault = "a frame is longer than it may be";
        if (fault is not null) Abort(Ended($"what it speaks is not HTTP/2: {fault}"));
        return fault is null ? position : received.Length;
    }

    /// <summary>Returns what is wrong with the frame, past which the connection makes no sense; null where nothing is.</summary>
    private string? Handle(in Http2Frame frame)
    {
        if (!_session.IsInOrder(frame)) return "a header block is interrupted";
        switch (frame.Type)
        {
            case Http2FrameType.Data:
                return TakeData(frame);
            case Http2FrameType.Headers or Http2FrameType.Continuation:
                return TakeFields(frame);
            case Http2FrameType.ResetStream:
                TakeReset(frame);
                return null;
            case Http2FrameType.GoAway:
                TakeGoAway(frame);
                return null;
            case Http2FrameType.PushPromise:
                return "it pushes what nobody asked for";
            default:
                lock (_lock) return _session.Take(frame);
        }
    }

    private string? TakeData(in Http2Frame frame)
    {
        lock (_lock) _session.NoteReceived(frame.Payload.Length);
        if (!frame.TryStrip(out ReadOnlySpan<byte> content)) return "padding is longer than its frame";
        if (Find(frame.Stream) is not { } stream) return null;
        if (!stream.TryAppend(content)) RefuseStream(stream, $"it answered more than the {WireLimits.Message} octets that a message can have");
        else if ((frame.Flags & Http2Frame.End) != 0) Finish(stream);
        return null;
    }

    private string? TakeFields(in Http2Frame frame)
    {
        if (_session.Gather(frame, out ReadOnlySpan<byte> block, out bool isWhole, out bool isLast) is { } fault) return fault;
        if (!isWhole) return null;
        // The block of a stream that was given up must be decoded too: the table changes with it.
        HttpsStream? stream = Find(frame.Stream);
        if (!_fields.TryDecode(block, stream ?? _nobody)) return "a header block is malformed";
        if (stream is null) return null;

        if (stream is { HasFields: false, Status: >= 100 and < 200 } && !isLast)
        {
            stream.ForgetFields();
            return null;
        }
        stream.HasFields = true;
        if (stream.FindFault() is { } cause) RefuseStream(stream, cause, isOver: isLast);
        else if (isLast) Finish(stream);
        return null;
    }

    /// <summary>The response is whole, and its fields are good.</summary>
    private void Finish(HttpsStream stream)
    {
        if (!stream.HasFields)
        {
            RefuseStream(stream, "its response has no header", isOver: true);
            return;
        }
        if (!TryRemove(stream)) return;
        AnswerAge.Apply(stream.Age, stream.Body);
        // The question is compared although the stream tells whose answer it is: caches may stand between (RFC 5452 §9.1).
        if (UpstreamAnswer.TryRead(stream.Body, out _, out ReadOnlySpan<byte> question) && TryTake(stream.Id, question, out Query? query))
        {
            Deliver(query, stream.Body);
            _refusals = 0;
            Volatile.Write(ref _refusal, null);
        }
        else
        {
            Counters.Mismatched.Increment();
            NoteRefusal(stream, new Failure(ExtendedErrorCode.InvalidData, $"{Name}: malformed answer"));
        }
        lock (_lock)
        {
            if (stream.IsUsual) _streams.Return(stream);
        }
    }

    /// <summary>Gives the query the reason instead of an answer; unless the server is done with the stream, it is told that we are.</summary>
    private void RefuseStream(HttpsStream stream, string why, bool isOver = false)
    {
        lock (_lock)
        {
            if (!_streams.Remove(stream)) return;
            if (!isOver) _session.Reset(stream.Number, Http2Error.Cancel);
        }
        NoteRefusal(stream, Ended(why));
    }

    private void NoteRefusal(HttpsStream stream, Failure failure)
    {
        if (++_refusals >= RefusalsThatCount) Volatile.Write(ref _refusal, failure);
        Refuse(stream.Id, failure);
    }

    /// <summary>RFC 9113 §6.4. A stream that was refused was not looked at: its query goes to another connection, with no harm done (§8.7).</summary>
    private void TakeReset(in Http2Frame frame)
    {
        if (Find(frame.Stream) is not { } stream) return;
        Http2Error error = Http2Session.ReadError(frame.Payload);
        if (error != Http2Error.RefusedStream)
        {
            RefuseStream(stream, $"it gave the query up ({Http2Session.Name(error)})", isOver: true);
            return;
        }
        TryRemove(stream);
        Closing ??= Ended("it takes no more queries on this connection");
    }

    /// <summary>RFC 9113 §6.8: up to its last stream it may still answer, what came after goes to another connection.</summary>
    private void TakeGoAway(in Http2Frame frame)
    {
        (uint last, Http2Error error) = Http2Session.ReadGoAway(frame.Payload);
        Closing ??= Ended(error == Http2Error.None ? "closed by the upstream" : $"closed by the upstream ({Http2Session.Name(error)})");
        lock (_lock)
        {
            while (_streams.FindPast(last, now: long.MinValue) is { } unseen) _streams.Remove(unseen);
        }
    }

    private HttpsStream? Find(uint number)
    {
        lock (_lock) return _streams.Find(number);
    }

    private bool TryRemove(HttpsStream stream)
    {
        lock (_lock) return _streams.Remove(stream);
    }

    /// <summary>Under the lock.</summary>
    private void Cancel(HttpsStream stream)
    {
        _streams.Remove(stream);
        _session.Reset(stream.Number, Http2Error.Cancel);
    }
}
