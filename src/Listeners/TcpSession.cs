using System.Buffers;
using System.Net.Sockets;
using DotProxy.Dns;
using DotProxy.Resolution;
using DotProxy.Telemetry;

namespace DotProxy.Listeners;

/// <summary>
/// One TCP client: pipelined queries in, answers out as they come (RFC 7766 §6.2.1), several to a write. After the client's FIN
/// what it asked is still answered. Owns the socket.
/// </summary>
internal sealed class TcpSession(
    Socket socket, IResolver resolver, QueryPool<TcpQuery> pool, UnreadBudget unread, TimeSpan timeout, TimeProvider time, Counters counters)
    : IReplySink, IDisposable
{
    // Our choice: what one client may have unanswered before we stop reading.
    private const int MaxInFlight = 64;
    private const int MaxReceivesInARow = 16;
    private const int InitialBuffer = 4096;

    // Nearly all that is answered while a session's own query is taken over is that query.
    private const int SinksAtATime = 4;

    private readonly SemaphoreSlim _room = new(MaxInFlight);
    private readonly TcpOutput _output = new(socket, unread, time);
    private readonly long _timeoutTicks = (long)(timeout.TotalSeconds * time.TimestampFrequency);
    private long _lastActivity = time.GetTimestamp();
    private readonly SinkSet _sinks = new(SinksAtATime);
    private byte[] _buffer = [];
    private int _inFlight;
    private bool _isGarbled;

    /// <summary>Serves the client until either side is done; never throws for what the client does.</summary>
    public async Task RunAsync()
    {
        _buffer = ArrayPool<byte>.Shared.Rent(InitialBuffer);
        try
        {
            socket.NoDelay = true;
            await ReceiveLoopAsync();
            await FinishAsync();
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or IOException)
        {
            // The client is gone, or was cut off: answers to what it asked are dropped as they come.
        }
        finally
        {
            socket.Dispose();
            ArrayPool<byte>.Shared.Return(_buffer);
        }
    }

    /// <summary>Queries may still be on their way when the session ends, and release their room: only the socket goes.</summary>
    public void Dispose() => socket.Dispose();

    /// <summary>Writes the reply to where it will be sent from, and makes room for another query.</summary>
    public void Complete(TcpQuery query, in Outcome outcome)
    {
        Reply(query.Requestor, query.Question, outcome);
        Volatile.Write(ref _lastActivity, time.GetTimestamp());
        Interlocked.Decrement(ref _inFlight);
        _room.Release();
    }

    public void Flush() => _output.Flush();

    /// <summary>Ends the session if its client has neither asked nor been answered for <paramref name="idle"/> or does not read.</summary>
    public void Sweep(long now, TimeSpan idle)
    {
        bool isStuck = _output.IsStuck(now, idle);
        bool isIdle = !_output.IsBlocked && Volatile.Read(ref _inFlight) == 0 && time.GetElapsedTime(Volatile.Read(ref _lastActivity), now) >= idle;
        if (!isStuck && !isIdle) return;
        if (isStuck) counters.TcpRefused.Increment();
        socket.Dispose();
    }

    /// <summary>Reads no more; what was asked is still answered.</summary>
    public void Stop()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Receive);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // It has ended by itself.
        }
    }

    private async ValueTask ReceiveLoopAsync()
    {
        int filled = 0, inARow = 0;
        while (!_isGarbled)
        {
            ValueTask<int> receive = socket.ReceiveAsync(_buffer.AsMemory(filled), SocketFlags.None);
            inARow = receive.IsCompleted ? inARow + 1 : 0;
            int count = await receive;
            if (count == 0) return;
            // A client that never stops sending must not keep the event thread from the others.
            if (inARow >= MaxReceivesInARow) await Task.Yield();
            filled += count;

            int consumed = 0;
            while (!_isGarbled && StreamFrame.TryMeasure(_buffer.AsSpan(consumed, filled - consumed), out int length))
            {
                if (_room.CurrentCount == 0 || _output.HasEnough) await WaitForRoomAsync();
                Take(_buffer.AsSpan(consumed + WireLimits.StreamLength, length));
                consumed += WireLimits.StreamLength + length;
            }
            FlushAll();

            filled -= consumed;
            _buffer.AsSpan(consumed, filled).CopyTo(_buffer);
            if (filled == _buffer.Length) GrowBuffer(filled);
        }
    }

    private void Take(ReadOnlySpan<byte> message)
    {
        long now = time.GetTimestamp();
        Volatile.Write(ref _lastActivity, now);
        ScreenedMessage screened = QueryScreen.Screen(message);
        switch (screened.Verdict)
        {
            case Verdict.Accepted when resolver.TryRecall(screened, _sinks, out Outcome outcome):
                Reply(screened.Requestor, screened.Question, outcome);
                // Many large answers to one burst are no sign of a client that does not read.
                if (_output.IsLarge) Flush();
                break;
            case Verdict.Accepted:
                _room.Wait(0);
                Interlocked.Increment(ref _inFlight);
                TcpQuery query = pool.Rent();
                query.Begin(screened, now + _timeoutTicks, this);
                resolver.Resolve(query, _sinks);
                break;
            case Verdict.Rejected:
                counters.Rejected.Increment();
                Reply(screened.Requestor, screened.Question, Outcome.Rejected(screened.Rcode));
                break;
            default:
                // Whoever sends what is no query at all has lost the beginning of messages, or means no good.
                counters.Dropped.Increment();
                _isGarbled = true;
                break;
        }
    }

    /// <summary>At the bound of queries in flight, and of answers unread, reading stops, which the client feels as back-pressure.</summary>
    private async ValueTask WaitForRoomAsync()
    {
        FlushAll();
        await _output.WaitForRoomAsync();
        await _room.WaitAsync();
        _room.Release();
    }

    /// <summary>Sends on what was taken, and sends back what was answered at once.</summary>
    private void FlushAll()
    {
        resolver.Flush();
        _sinks.Flush();
        Flush();
    }

    private void Reply(in Requestor requestor, ReadOnlySpan<byte> question, in Outcome outcome)
    {
        if (_output.TryAdd(requestor, question, outcome)) return;
        counters.TcpRefused.Increment();
        socket.Dispose();
    }

    /// <summary>The client will ask nothing more: answers what it has asked, then closes.</summary>
    private async ValueTask FinishAsync()
    {
        for (int i = 0; i < MaxInFlight; i++) await _room.WaitAsync();
        await _output.CompleteAsync();
        socket.Shutdown(SocketShutdown.Send);
    }

    private void GrowBuffer(int filled)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(WireLimits.StreamLength + WireLimits.Message);
        _buffer.AsSpan(0, filled).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
