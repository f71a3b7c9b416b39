using DotProxy.Resolution;
using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.Caching;

/// <summary>One who asks: its query, and its reply once there is one, in the room that a stream gives.</summary>
internal sealed class Client : Query
{
    private readonly FakeSink _sink = new();
    private byte[]? _reply;

    public Client(byte[] query, long deadline)
    {
        ScreenedMessage message = QueryScreen.Screen(query);
        Begin(message, deadline);
    }

    public bool IsAnswered => Volatile.Read(ref _reply) is not null;

    /// <summary>Whether its listener was told to send the reply.</summary>
    public bool IsFlushed => _sink.Flushes > 0;

    public byte[] ReplyOctets => Volatile.Read(ref _reply) ?? throw new InvalidOperationException("not answered yet");

    public ParsedMessage Reply => new(ReplyOctets);

    public override void Complete(in Outcome outcome, SinkSet sinks)
    {
        sinks.Add(_sink);
        Take(outcome);
    }

    public void Take(in Outcome outcome)
    {
        byte[] room = new byte[ReplyWriter.MaxLength(outcome)];
        int length = ReplyWriter.Write(Requestor, Question, outcome, room);
        Assert.Null(Interlocked.Exchange(ref _reply, room[..length]));
    }
}
