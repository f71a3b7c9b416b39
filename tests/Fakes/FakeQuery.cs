using DotProxy.Resolution;

namespace DotProxy.Tests.Fakes;

/// <summary>A query that no listener waits for: it keeps what became of it, and counts how often it was completed.</summary>
internal sealed class FakeQuery : Query
{
    private readonly TaskCompletionSource<byte[]> _reply = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _completions;

    public FakeQuery(ReadOnlySpan<byte> message, long deadline = long.MaxValue)
    {
        ScreenedMessage screened = QueryScreen.Screen(message);
        Assert.Equal(Verdict.Accepted, screened.Verdict);
        Begin(screened, deadline);
    }

    public FakeQuery(string name, int type = Messages.TypeA, long deadline = long.MaxValue)
        : this(Messages.Query(name, type, opt: Messages.Opt()), deadline)
    {
    }

    public FakeSink FakeSink { get; init; } = new();

    /// <summary>More than one is a bug.</summary>
    public int Completions => Volatile.Read(ref _completions);

    /// <summary>The whole reply, as over TCP, once there is one.</summary>
    public Task<byte[]> Reply => _reply.Task;

    public override void Complete(in Outcome outcome, SinkSet sinks)
    {
        sinks.Add(FakeSink);
        Interlocked.Increment(ref _completions);
        byte[] room = new byte[ReplyWriter.MaxLength(outcome)];
        int length = ReplyWriter.Write(Requestor, Question, outcome, room);
        _reply.TrySetResult(room[..length]);
    }
}

/// <summary>Counts how often it was flushed.</summary>
internal sealed class FakeSink : IReplySink
{
    private int _flushes;

    public int Flushes => Volatile.Read(ref _flushes);

    public void Flush() => Interlocked.Increment(ref _flushes);
}
