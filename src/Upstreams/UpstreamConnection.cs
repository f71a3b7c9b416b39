using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using DotProxy.Dns;
using DotProxy.Resolution;
using DotProxy.Telemetry;

namespace DotProxy.Upstreams;

/// <summary>
/// One TLS connection with the queries in flight on it. Its worker appends and sends (one at a time, behind its gate); its own
/// receive loop is always armed, so that a close is noticed at once. Both may run at the same time, as SslStream allows.
/// </summary>
internal sealed class UpstreamConnection(
    SslStream stream, HandshakeStream transport, IPEndPoint remote, string name, FillRandom fill, TimeProvider time, Counters counters, LogEvents log) : IDisposable
{
    // Our choices: a record holds at most 16 KiB (RFC 8446 §5.1), and past 64 queries in one write nothing more is gained.
    private const int MaxQueriesPerSend = 64;
    private const int SendBufferSize = 16 * 1024;
    private const int ReceiveBufferSize = 16 * 1024;

    // Octets after which replies are sent although more can be read: many large ones for one TCP client must not pile up.
    private const int MaxUnflushed = 64 * 1024;

    // Within so long of its handshake a connection is not closed for being idle: whoever does so will not serve.
    private static readonly TimeSpan s_youth = TimeSpan.FromMilliseconds(250);

    private const long NotBlocked = long.MinValue;

    private readonly InFlightTable _inFlight = new(fill);
    private readonly byte[] _sendBuffer = new byte[SendBufferSize];
    private readonly SinkSet _sinks = new();
    private int _sendLength;
    private int _sendCount;
    private readonly long _begunAt = time.GetTimestamp();
    private long _lastAnswerAt = time.GetTimestamp();
    private long _endedAt;
    private long _answered;
    private long _blockedSince = NotBlocked;
    private Failure? _abortCause;
    private Failure? _end;
    private volatile bool _hasFailedToSend;

    /// <summary>Upstream and address.</summary>
    public string Name => name;

    public string Protocol { get; } = stream.SslProtocol == SslProtocols.Tls13 ? "TLS 1.3" : "TLS 1.2";

    /// <summary>Why the connection is over, once its receive loop is; null before.</summary>
    public Failure? End => Volatile.Read(ref _end);

    /// <summary>Whether it is no use to send any more.</summary>
    public bool IsBroken => _hasFailedToSend || Volatile.Read(ref _abortCause) is not null || End is not null;

    /// <summary>Whether it was over as soon as it had begun, without an answer; known once <see cref="End"/> is.</summary>
    public bool DiedYoung => Answered == 0 && Volatile.Read(ref _abortCause) is null && Life < s_youth;

    /// <summary>From the handshake to the end; known once <see cref="End"/> is.</summary>
    public TimeSpan Life => time.GetElapsedTime(_begunAt, _endedAt);

    /// <summary>From the last answer to the end; known once <see cref="End"/> is.</summary>
    public TimeSpan IdleAtEnd => time.GetElapsedTime(LastAnswerAt, _endedAt);

    /// <summary>A timestamp; of the handshake while nothing has been answered.</summary>
    public long LastAnswerAt => Volatile.Read(ref _lastAnswerAt);

    /// <summary>How long it may be idle.</summary>
    public IdleTerms Terms { get; } = new();

    /// <summary>Whether the upstream closed it in good order; known once <see cref="End"/> is.</summary>
    public bool IsClosedByUpstream { get; private set; }

    /// <summary>Its ends: the upstream's address, and ours.</summary>
    public IPEndPoint Remote => remote;

    public IPAddress Local { get; } = ((IPEndPoint)transport.Socket.LocalEndPoint!).Address;

    public int InFlight => _inFlight.Count;

    public long Answered => Volatile.Read(ref _answered);

    public bool HasRoom => !Terms.IsRetired && _sendCount < MaxQueriesPerSend && _sendLength + QueryEncoder.MaxLength <= SendBufferSize && !_inFlight.IsFull;

    public bool IsFull => _inFlight.IsFull;

    /// <summary>Takes the query over; <see cref="HasRoom"/> must hold. It goes out with the next <see cref="SendAsync"/>.</summary>
    public void Append(Query query, long now)
    {
        // Once it is in the table the sweep may take it: write it first, its ID after.
        int start = _sendLength;
        bool asks = Terms.IsToBeAsked;
        _sendLength += QueryEncoder.Write(query, id: 0, _sendBuffer.AsSpan(start), asksKeepalive: asks);
        _sendCount++;
        if (!_inFlight.TryAdd(query, now, out ushort id)) throw new InvalidOperationException("appended without room");
        if (asks) Terms.Asked(id);
        BinaryPrimitives.WriteUInt16BigEndian(_sendBuffer.AsSpan(start + WireLimits.StreamLength), id);
    }

    /// <summary>Sends what was appended in one TLS record. A failure ends the connection; the queries stay in flight until then.</summary>
    public ValueTask SendAsync()
    {
        ReadOnlyMemory<byte> record = _sendBuffer.AsMemory(0, _sendLength);
        _sendLength = 0;
        _sendCount = 0;
        ValueTask write = stream.WriteAsync(record);
        return write.IsCompletedSuccessfully ? write : WaitForRoomAsync(write);
    }

    /// <summary>
    /// Notes that sending has failed. Why, the receive loop knows better, for an alert that the upstream sent before it closed is
    /// read there; where it does not end by itself, the sweep ends it.
    /// </summary>
    public void FailedToSend() => _hasFailedToSend = true;

    /// <summary>Receives until the connection is over, whoever ends it; never throws. Afterwards <see cref="End"/> says why.</summary>
    /// <param name="answersCame">Called after each batch of answers, on the receiving thread.</param>
    public async Task ReceiveAsync(Action answersCame)
    {
        Failure end;
        try
        {
            await ReceiveLoopAsync(answersCame);
            IsClosedByUpstream = !Terms.IsRetired;
            end = Ended("closed by the upstream");
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
        _endedAt = time.GetTimestamp();
        Volatile.Write(ref _end, Volatile.Read(ref _abortCause) ?? end);
    }

    /// <summary>Ends the connection from our side; the receive loop notices, and the queries in flight are asked again.</summary>
    public void Abort(Failure cause)
    {
        if (Interlocked.CompareExchange(ref _abortCause, cause, null) is null) transport.Dispose();
    }

    /// <summary>
    /// Whether a query was sent, or a write has waited, for <paramref name="limit"/> or longer and nothing has been answered since:
    /// then it is the connection that is dead. Queries from before the last answer do not count, for those are names that are slow.
    /// </summary>
    public bool IsStalled(TimeSpan limit, long now)
    {
        if (_hasFailedToSend) return true;
        long lastAnswerAt = Volatile.Read(ref _lastAnswerAt), blockedSince = Volatile.Read(ref _blockedSince);
        if (blockedSince != NotBlocked && time.GetElapsedTime(Math.Max(blockedSince, lastAnswerAt), now) >= limit) return true;
        return _inFlight.OldestSentAfter(lastAnswerAt) is { } sentAt && time.GetElapsedTime(sentAt, now) >= limit;
    }

    public void TakeExpired(long now, List<Query> expired) => _inFlight.TakeExpired(now, expired);

    /// <summary>Takes over what is in flight on a connection that is over, and tells what was answered since each was sent.</summary>
    public void TakeAll(List<(Query Query, bool AnsweredSince)> taken)
    {
        var all = new List<(Query Query, long SentAt)>();
        _inFlight.TakeAll(all);
        long lastAnswer = Volatile.Read(ref _lastAnswerAt);
        foreach ((Query query, long sentAt) in all) taken.Add((query, Answered > 0 && lastAnswer >= sentAt));
    }

    /// <summary>After <see cref="End"/> is known and nobody sends any more: SslStream must not be disposed under its users.</summary>
    public void Dispose()
    {
        transport.Dispose();
        stream.Dispose();
    }

    /// <summary>The upstream takes in no more for now. Without a deadline of its own: the sweep watches how long.</summary>
    private async ValueTask WaitForRoomAsync(ValueTask write)
    {
        Volatile.Write(ref _blockedSince, time.GetTimestamp());
        try
        {
            await write;
        }
        finally
        {
            Volatile.Write(ref _blockedSince, NotBlocked);
        }
    }

    private Failure Ended(string cause) => new(ExtendedErrorCode.NetworkError, $"{name}: {cause}");

    private async ValueTask ReceiveLoopAsync(Action answersCame)
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
            // A message longer than the buffer: at most 64 KiB, kept from then on.
            if (filled == buffer.Length) Array.Resize(ref buffer, WireLimits.StreamLength + WireLimits.Message);
            if (_answered != answered) answersCame();
            if (Terms.IsRetired && _inFlight.Count == 0) return;
        }
    }

    /// <summary>Delivers the whole messages in the buffer; returns the octets that they took.</summary>
    private int DeliverAll(ReadOnlySpan<byte> received)
    {
        int position = 0;
        long answered = _answered;
        while (StreamFrame.TryRead(received[position..], out ReadOnlySpan<byte> message))
        {
            Deliver(message);
            position += WireLimits.StreamLength + message.Length;
        }
        // Only what answers a query counts: noise is no sign of health.
        if (_answered != answered) Volatile.Write(ref _lastAnswerAt, time.GetTimestamp());
        return position;
    }

    private void Deliver(ReadOnlySpan<byte> message)
    {
        if (!UpstreamAnswer.TryRead(message, out ushort id, out ReadOnlySpan<byte> question) || !_inFlight.TryTake(id, question, out Query? query))
        {
            counters.Mismatched.Increment();
            return;
        }
        Terms.Hear(id, message);
        _answered++;
        query.Complete(Outcome.Answered(message), _sinks);
    }
}
