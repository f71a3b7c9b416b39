using System.Buffers;
using System.Net.Security;

namespace DotProxy.Bench.Synthetic;

/// <summary>
/// Sends a session's answers, at once or when they are due. All are delayed alike, so they leave in the order in which they came,
/// those that are due together in one write. Its thread exists once something had to wait.
/// </summary>
internal sealed class AnswerWriter(SslStream stream, AnswerDelay delay) : IDisposable
{
    private const int MaxWrite = 64 * 1024;

    private readonly Lock _writing = new();
    private readonly Queue<(long Due, byte[] Buffer, int Length)> _waiting = new();
    private readonly byte[] _together = new byte[MaxWrite];
    private Thread? _thread;
    private bool _ended;

    public void Send(ReadOnlySpan<byte> answers)
    {
        if (answers.IsEmpty) return;
        if (delay.IsZero) Write(answers);
        else Enqueue(answers);
    }

    public void Dispose()
    {
        lock (_waiting)
        {
            _ended = true;
            Monitor.Pulse(_waiting);
        }
    }

    private void Write(ReadOnlySpan<byte> answers)
    {
        // The reader writes too while the delay is changed.
        lock (_writing) stream.Write(answers);
    }

    private void Enqueue(ReadOnlySpan<byte> answers)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(answers.Length);
        answers.CopyTo(buffer);
        lock (_waiting)
        {
            _waiting.Enqueue((delay.DueAt, buffer, answers.Length));
            if (_waiting.Count == 1) Monitor.Pulse(_waiting);
        }
        if (_thread is not null) return;
        _thread = new Thread(Run, UpstreamServer.StackSize) { IsBackground = true, Name = "delay" };
        _thread.Start();
    }

    private void Run()
    {
        Kernel.SharpenTimers();
        try
        {
            while (WaitForFirst() is { } due)
            {
                AnswerDelay.WaitUntil(due);
                Write(_together.AsSpan(0, TakeDue(due)));
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The client is gone; its session's reader ends for the same reason.
        }
    }

    private long? WaitForFirst()
    {
        lock (_waiting)
        {
            while (_waiting.Count == 0 && !_ended) Monitor.Wait(_waiting);
            return _ended ? null : _waiting.Peek().Due;
        }
    }

    private int TakeDue(long now)
    {
        int length = 0;
        lock (_waiting)
        {
            while (_waiting.TryPeek(out var answers) && answers.Due <= now && length + answers.Length <= MaxWrite)
            {
                _waiting.Dequeue();
                answers.Buffer.AsSpan(0, answers.Length).CopyTo(_together.AsSpan(length));
                length += answers.Length;
                ArrayPool<byte>.Shared.Return(answers.Buffer);
            }
        }
        return length;
    }
}
