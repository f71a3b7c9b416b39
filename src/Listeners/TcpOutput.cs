using System.Buffers;
using System.Buffers.Binary;
using System.Net.Sockets;
using DotProxy.Dns;
using DotProxy.Resolution;

namespace DotProxy.Listeners;

/// <summary>
/// Replies on their way to one TCP client. Whoever completes a query adds; whoever flushes sends what has gathered, one at a
/// time, through the gate. A client that reads slowly is asked to wait; one that does not read is cut off by its session.
/// </summary>
/// <param name="unread">What all clients share, past what each may have.</param>
internal sealed class TcpOutput(Socket socket, UnreadBudget unread, TimeProvider time)
{
    // Our choices. A client's replies may wait up to the first bound without being counted; past the second nothing more is asked for it.
    private const int MaxKept = 16 * 1024, EnoughUnread = 128 * 1024;

    // Small enough to see a slow client make progress.
    private const int MaxSend = 16 * 1024;

    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ArrayBufferWriter<byte> _gathering = new();
    private ArrayBufferWriter<byte> _sending = new();
    private TaskCompletionSource? _waitingForRoom;
    private Gate _gate;
    private int _charged;
    private long _blockedSince = NotBlocked;
    private volatile bool _isCompleting;
    private volatile bool _isBroken;

    private const long NotBlocked = long.MaxValue;

    /// <summary>Whether what has gathered is worth a send of its own, whatever else comes.</summary>
    public bool IsLarge => _gathering.WrittenCount > MaxKept;

    /// <summary>Whether so much waits for the client to read that nothing more should be asked for it.</summary>
    public bool HasEnough => _gathering.WrittenCount > EnoughUnread && !_isBroken;

    /// <summary>Whether a send waits for the client to read.</summary>
    public bool IsBlocked => Volatile.Read(ref _blockedSince) != NotBlocked;

    /// <summary>Whether the client has not read for so long.</summary>
    public bool IsStuck(long now, TimeSpan limit)
    {
        long since = Volatile.Read(ref _blockedSince);
        return since != NotBlocked && time.GetElapsedTime(since, now) >= limit;
    }

    /// <summary>Adds a reply behind its length; false when too much waits already, for all clients together.</summary>
    public bool TryAdd(in Requestor requestor, ReadOnlySpan<byte> question, in Outcome outcome)
    {
        lock (_lock)
        {
            int room = ReplyWriter.MaxLength(outcome);
            Span<byte> frame = _gathering.GetSpan(WireLimits.StreamLength + room);
            int length = ReplyWriter.Write(requestor, question, outcome, frame.Slice(WireLimits.StreamLength, room));
            BinaryPrimitives.WriteUInt16BigEndian(frame, (ushort)length);
            if (_gathering.WrittenCount > MaxKept && !TryCharge(WireLimits.StreamLength + length)) return false;
            _gathering.Advance(WireLimits.StreamLength + length);
            return true;
        }
    }

    public void Flush()
    {
        if (_gate.TryEnter()) _ = SendAllAsync();
    }

    /// <summary>Completes when the client has read enough for more to be asked for it, or reads no more at all.</summary>
    public Task WaitForRoomAsync()
    {
        lock (_lock)
        {
            if (!HasEnough) return Task.CompletedTask;
            _waitingForRoom ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _waitingForRoom.Task;
        }
    }

    /// <summary>Completes when everything added has been handed to the kernel, or cannot be.</summary>
    public Task CompleteAsync()
    {
        _isCompleting = true;
        Flush();
        return _completed.Task;
    }

    private bool TryCharge(int octets)
    {
        if (!unread.TryCharge(octets)) return false;
        _charged += octets;
        return true;
    }

    private async Task SendAllAsync()
    {
        do
        {
            try
            {
                await SendGatheredAsync();
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                // The receive loop sees the same and ends the session.
                Abandon();
            }
            if (_isCompleting) _completed.TrySetResult();
        }
        while (!_gate.TryLeave());
    }

    private async ValueTask SendGatheredAsync()
    {
        while (TryTakeGathered())
        {
            ReadOnlyMemory<byte> rest = _sending.WrittenMemory;
            while (!rest.IsEmpty)
            {
                ValueTask<int> send = socket.SendAsync(rest[..Math.Min(rest.Length, MaxSend)], SocketFlags.None);
                if (!send.IsCompleted) Volatile.Write(ref _blockedSince, time.GetTimestamp());
                rest = rest[await send..];
            }
            Volatile.Write(ref _blockedSince, NotBlocked);
        }
    }

    private bool TryTakeGathered()
    {
        lock (_lock)
        {
            // What one large burst needed is not kept for a client that may never ask for as much again.
            if (_sending.Capacity > MaxKept) _sending = new ArrayBufferWriter<byte>();
            _sending.ResetWrittenCount();
            (_gathering, _sending) = (_sending, _gathering);
            Settle();
            return _sending.WrittenCount > 0;
        }
    }

    private void Abandon()
    {
        lock (_lock)
        {
            _isBroken = true;
            _gathering = new ArrayBufferWriter<byte>();
            Settle();
        }
    }

    /// <summary>Nothing waits any more, but for what is being sent.</summary>
    private void Settle()
    {
        unread.Refund(_charged);
        _charged = 0;
        _waitingForRoom?.TrySetResult();
        _waitingForRoom = null;
    }
}
