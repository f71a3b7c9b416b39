using System.Diagnostics;
using System.Runtime.CompilerServices;
using DotProxy.Dns;

namespace DotProxy.Resolution;

/// <summary>
/// One client's question on its way. It is pooled: the listener rents it, <see cref="IResolver.Resolve"/> hands it on, and
/// whoever calls <see cref="Complete"/> gives it back by that, once. After handing it on or completing it, touch it no more.
/// </summary>
internal abstract class Query
{
    private QuestionBuffer _question;
    private int _questionLength;

    public Requestor Requestor { get; private set; }

    /// <summary>A timestamp of the <see cref="TimeProvider"/>; every attempt, dial and retry lives before it.</summary>
    public long Deadline { get; private set; }

    /// <summary>How often a connection died under it without having answered anything since it was sent.</summary>
    public int FailedAttempts { get; set; }

    /// <summary>Name, type and class as the client wrote them.</summary>
    public ReadOnlySpan<byte> Question => ((ReadOnlySpan<byte>)_question)[.._questionLength];

    /// <summary>
    /// Writes the reply where its listener gathers replies, notes in <paramref name="sinks"/> what is to be flushed for it to
    /// leave, and gives the query back.
    /// </summary>
    public abstract void Complete(in Outcome outcome, SinkSet sinks);

    /// <summary>The next of those that wait for the same answer; belongs to whoever has taken the query over.</summary>
    public Query? Next { get; set; }

    protected void Begin(in ScreenedMessage message, long deadline)
    {
        Debug.Assert(message.Verdict == Verdict.Accepted, "only a screened question is resolved");
        Begin(message.Requestor, message.Question, deadline);
    }

    protected void Begin(in Requestor requestor, ReadOnlySpan<byte> question, long deadline)
    {
        Requestor = requestor;
        Deadline = deadline;
        FailedAttempts = 0;
        _questionLength = question.Length;
        question.CopyTo(_question);
    }

    [InlineArray(WireLimits.Question)]
    private struct QuestionBuffer
    {
        private byte _first;
    }
}
