using System.Buffers;
using System.Buffers.Binary;
using System.Net.Sockets;
using DotProxy.Dns;
using DotProxy.Resolution;

namespace DotProxy.Listeners;

/// <summary>
/// Replies on their way to one TCP client. Whoever completes a query adds; whoever flushes sends what has gathered, one at a
/// time, through the gate.
/// </summary>
/// <param name="maxUnread">Octets that may wait for a client that does not read.</param>
internal sealed class TcpOutput(Socket socket, int maxUnread)
{
    private const int MaxKept = 16 * 1024;

    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ArrayBufferWriter<byte> _gathering = new();
    private ArrayBufferWriter<byte> _sending = new();
    private Gate _gate;
    private volatile bool _isCompleting;
    private volatile bool _isBlocked;

    /// <summary>Whether what has gathered is worth a send of its own, whatever else comes.</summary>
    public bool IsLarge => _gathering.WrittenCount > MaxKept;

    /// <summary>Whether a send waits for the client to read.</summary>
    public bool IsBlocked => _isBlocked;

    /// <summary>Adds a reply behind its length; false when too much waits already.</summary>
    public bool TryAdd(in Requestor requestor, ReadOnlySpan<byte> question, in Outcome outcome)
    {
        lock (_lock)
        {
            if (_gathering.WrittenCount > maxUnread) return false;
            int room = ReplyWriter.MaxLength(outcome);
            Span<byte> frame = _gathering.GetSpan(WireLimits.StreamLength + room);
            int length = ReplyWriter.Write(requestor, question, outcome, frame.Slice(WireLimits.StreamLength, room));
            BinaryPrimitives.WriteUInt16BigEndian(frame, (ushort)length);
            _gathering.Advance(WireLimits.StreamLength + length);
            return true;
        }
    }

    public void Flush()
    {
        if (_gate.TryEnter()) _ = SendAllAsync();
    }

    /// <summary>Completes when everything added has been handed to the kernel, or cannot be.</summary>
    public Task CompleteAsync()
    {
        _isCompleting = true;
        Flush();
        return _completed.Task;
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
                ValueTask<int> send = socket.SendAsync(rest, SocketFlags.None);
                _isBlocked = !send.IsCompleted;
                rest = rest[await send..];
                _isBlocked = false;
            }
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
            return _sending.WrittenCount > 0;
        }
    }
}
