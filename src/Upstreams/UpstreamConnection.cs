using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using DotProxy.Dns;
using DotProxy.Resolution;
using DotProxy.Telemetry;

namespace DotProxy.Upstreams;

/// <summary>
/// One TLS connection with the queries in flight on it. Its worker appends and sends (one at a time, behind its gate); its own
/// receive loop is always armed, so that a close is noticed at once. Both may run at the same time, as SslStream allows. Queries and
/// answers look on it as <see cref="TlsConnection"/> or <see cref="HttpsConnection"/> say.
/// </summary>
internal abstract class UpstreamConnection(
    SslStream stream, HandshakeStream transport, IPEndPoint remote, string name, FillRandom fill, TimeProvider time, Counters counters, LogEvents log) : IDisposable
{
    // Our choices: a record holds at most 16 KiB (RFC 8446 §5.1), and past 64 queries in one write nothing more is gained.
    private const int MaxQueriesPerSend = 64;
    private const int SendBufferSize = 16 * 1024;
    private const int ReceiveBufferSize = 16 * 1024;

    // Octets after which replies are sent although more can be read: many large ones for one TCP client must not pile up.
    private const int MaxUnflushed = 64 * 1024;

    private readonly InFlightTable _inFlight = new(fill);
    private readonly byte[] _sendBuffer = new byte[SendBufferSize];
    private readonly SinkSet _sinks = new();
    private int _sendLength;
    private int _sendCount;
    private long _answered;
    private Failure? _abortCause;
    private Failure? _end;
    private volatile bool _hasFailedToSend;
    private Failure? _closing;

    /// <summary>Upstream and address.</summary>
    public string Name => name;

    public string Protocol { get; } = stream.SslProtocol == SslProtocols.Tls13 ? "TLS 1.3" : "TLS 1.2";

    /// <summary>Why the connection is over, once its receive loop is; null before.</summary>
    public Failure? End => Volatile.Read(ref _end);

    /// <summary>Whether it is no use to send any more.</summary>
    public bool IsBroken => _hasFailedToSend || Closing is not null || Volatile.Read(ref _abortCause) is not null || End is not null;

    /// <summary>Why the upstream takes no more queries on it, though it may still answer those that it has; null while it does.</summary>
    public Failure? Closing
    {
        get => Volatile.Read(ref _closing);
        protected set => Volatile.Write(ref _closing, value);
    }

    /// <summary>What the upstream has said lately instead of answers; null while it answers.</summary>
    public virtual Failure? Refusal => null;

    /// <summary>Whether it was over as soon as it had begun, without an answer; known once <see cref="End"/> is.</summary>
    public bool DiedYoung => Answered == 0 && Volatile.Read(ref _abortCause) is null && Times.IsYoung;

    public ConnectionTimes Times { get; } = new(time);

    /// <summary>What the upstream says of how long it may be idle; over HTTPS it has no way to.</summary>
    public IdleTerms Terms { get; } = new();

    /// <summary>Whether the upstream closed it in good order; known once <see cref="End"/> is.</summary>
    public bool IsClosedByUpstream { get; private set; }

    /// <summary>Its ends: the upstream's address, and ours.</summary>
    public IPEndPoint Remote => remote;

    public IPAddress Local { get; } = ((IPEndPoint)transport.Socket.LocalEndPoint!).Address;

    public int InFlight => _inFlight.Count;

    public long Answered => Volatile.Read(ref _answered);

    public bool HasRoom => !Terms.IsRetired && _sendCount < MaxQueriesPerSend && _sendLength + MaxWritten <= SendBufferSize && !IsFull;

    public virtual bool IsFull => _inFlight.IsFull;

    /// <summary>The most octets that a query takes.</summary>
    protected abstract int MaxWritten { get; }

    /// <summary>Whether the upstream takes no more queries and has done with those that it had.</summary>
    protected abstract bool IsDone { get; }

    /// <summary>Whether there are octets of the protocol's own to be sent; see <see cref="TryAppendOwn"/>.</summary>
    protected virtual bool HasOwn => false;

    protected Counters Counters => counters;

    /// <summary>Takes the query over; <see cref="HasRoom"/> must hold. It goes out with the next <see cref="SendAsync"/>.</summary>
    public void Append(Query query, long now)
    {
        // Once it is in the table the sweep may take it: write it first, its ID after.
        Span<byte> written = _sendBuffer.AsSpan(_sendLength);
        written = written[..Write(query, written)];
        _sendLength += written.Length;
        _sendCount++;
        if (!_inFlight.TryAdd(query, now, out ushort id)) throw new InvalidOperationException("appended without room");
        SetId(id, written);
    }

    /// <summary>Appends what the protocol has to say beside queries; false where that is nothing.</summary>
    public bool TryAppendOwn()
    {
        int length = HasOwn ? WriteOwn(_sendBuffer.AsSpan(_sendLength)) : 0;
        _sendLength += length;
        return length > 0;
    }

    /// <summary>Writes the query as it goes out, but for its ID; returns the octets written.</summary>
    protected abstract int Write(Query query, Span<byte> destination);

    /// <summary>Notes the ID of the query that was written last.</summary>
    protected abstract void SetId(ushort id, Span<byte> written);

    /// <summary>Writes as much of the protocol's own octets as there is room for.</summary>
    protected virtual int WriteOwn(Span<byte> destination) => 0;

    /// <summary>Delivers what is whole in the buffer; returns the octets that it took.</summary>
    protected abstract int DeliverAll(Span<byte> received);

    /// <summary>Sends what was appended in one TLS record. A failure ends the connection; the queries stay in flight until then.</summary>
    public ValueTask SendAsync()
    {
        ReadOnlyMemory<byte> record = _sendBuffer.AsMemory(0, _sendLength);
        (_sendLength, _sendCount) = (0, 0);
        ValueTask write = stream.WriteAsync(record);
        return write.IsCompletedSuccessfully ? write : Times.WaitForRoomAsync(write);
    }

    /// <summary>
    /// Notes that sending has failed. Why, the receive loop knows better, for an alert that the upstream sent before it closed is
    /// read there; where it does not end by itself, the sweep ends it.
    /// </summary>
    public void FailedToSend() => _hasFailedToSend = true;

    /// <summary>Receives until the connection is over, whoever ends it; never throws. Afterwards <see cref="End"/> says why.</summary>
    /// <param name="answersCame">Called after each batch of answers, on the receiving thread.</param>
    /// <param name="wantsToSend">Called there when the protocol has something to send by itself, or there is room again.</param>
    public async Task ReceiveAsync(Action answersCame, Action wantsToSend)
    {
        Failure end;
        try
        {
            await ReceiveLoopAsync(answersCame, wantsToSend);
            IsClosedByUpstream = !Terms.IsRetired;
            end = Closing ?? Ended("closed by the upstream");
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or InvalidOperationException)
        {
            end = Ended(DialFailure.Describe(exception));
        }
        catch (Exception exception)
        {
            log.Unexpected("the receive loop of an upstream connection", exception);
            end = Ended("internal error");
        }
        _sinks.Flush();
        transport.Dispose();
        Times.Ended();
        Volatile.Write(ref _end, Volatile.Read(ref _abortCause) ?? end);
    }

    /// <summary>Ends the connection from our side; the receive loop notices, and the queries in flight are asked again.</summary>
    public void Abort(Failure cause)
    {
        if (Interlocked.CompareExchange(ref _abortCause, cause, null) is null) transport.Dispose();
    }

    /// <inheritdoc cref="ConnectionTimes.IsStalled"/>
    public bool IsStalled(TimeSpan limit, long now) => _hasFailedToSend || Times.IsStalled(_inFlight, limit, now);

    public virtual void TakeExpired(long now, List<Query> expired) => _inFlight.TakeExpired(now, expired);

    /// <summary>Takes over what is in flight on a connection that is over, and tells what was answered since each was sent.</summary>
    public void TakeAll(List<(Query Query, bool AnsweredSince)> taken)
    {
        var all = new List<(Query Query, long SentAt)>();
        _inFlight.TakeAll(all);
        long lastAnswer = Times.LastAnswerAt;
        foreach ((Query query, long sentAt) in all) taken.Add((query, Answered > 0 && lastAnswer >= sentAt));
    }

    /// <summary>After <see cref="End"/> is known and nobody sends any more: SslStream must not be disposed under its users.</summary>
    public void Dispose()
    {
        transport.Dispose();
        stream.Dispose();
    }

    protected Failure Ended(string cause) => new(ExtendedErrorCode.NetworkError, $"{name}: {cause}");

    private async ValueTask ReceiveLoopAsync(Action answersCame, Action wantsToSend)
    {
        byte[] buffer = new byte[ReceiveBufferSize];
        int filled = 0, unflushed = 0;
        while (true)
        {
            ValueTask<int> read = stream.ReadAsync(buffer.AsMemory(filled));
            // Replies go out together when there is nothing more to read for now, or when a client's share grows large.
            if (!read.IsCompleted || unflushed > MaxUnflushed)
            {
                _sinks.Flush();
                unflushed = 0;
            }
            int count = await read;
            if (count == 0) return;
            filled += count;
            unflushed += count;

            long answered = _answered;
            int consumed = DeliverAll(buffer.AsSpan(0, filled));
            filled -= consumed;
            buffer.AsSpan(consumed, filled).CopyTo(buffer);
            // Only what answers a query counts: noise is no sign of health.
            if (_answered != answered) Times.Answered();
            // A message longer than the buffer: at most 64 KiB, kept from then on.
            if (filled == buffer.Length) Array.Resize(ref buffer, WireLimits.StreamLength + WireLimits.Message);
            if (_answered != answered) answersCame();
            if (IsDone) return;
            if (HasOwn || Closing is not null) wantsToSend();
        }
    }

    /// <summary>Takes out the query with this ID, if it asked this question.</summary>
    protected bool TryTake(ushort id, ReadOnlySpan<byte> question, [NotNullWhen(true)] out Query? query) => _inFlight.TryTake(id, question, out query);

    protected void Deliver(Query query, ReadOnlySpan<byte> message)
    {
        _answered++;
        query.Complete(Outcome.Answered(message), _sinks);
    }

    /// <summary>Completes the query with this ID, which the upstream has given something else than an answer.</summary>
    protected void Refuse(ushort id, Failure failure)
    {
        if (!_inFlight.TryTake(id, question: default, out Query? query)) return;
        _answered++;
        query.Fail(failure, _sinks, counters, log);
    }
}
