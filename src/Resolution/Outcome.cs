using DotProxy.Dns;

namespace DotProxy.Resolution;

/// <summary>
/// What became of a query: an upstream's answer, one from memory, or an error of our own. Lives as long as the buffer behind it.
/// </summary>
internal readonly ref struct Outcome
{
    /// <summary>The upstream's whole message, its question checked; empty for what is from memory or our own.</summary>
    public ReadOnlySpan<byte> Message { get; private init; }

    /// <summary>The answer taken apart, where <see cref="IsTakenApart"/>.</summary>
    public AnswerParts Answer { get; private init; }

    public bool IsTakenApart { get; private init; }

    /// <summary>What is done to the TTLs of <see cref="Answer"/> on their way out.</summary>
    public TtlChange Ttl { get; private init; }

    /// <summary>The rcode of an error of our own.</summary>
    public Rcode Rcode { get; private init; }

    /// <summary>The cause or the circumstances, told to requestors that speak EDNS.</summary>
    public ExtendedError Note { get; private init; }

    /// <summary>Whether it is an error of ours: the upstream could not be asked, or gave no answer that could be used.</summary>
    public bool IsOwnFailure => Message.IsEmpty && !IsTakenApart;

    /// <summary>Whether it is an error of ours that says nothing about the question: not to be remembered.</summary>
    public bool IsOverload { get; private init; }

    public static Outcome Answered(ReadOnlySpan<byte> message) => new() { Message = message };

    /// <summary>An upstream's message whose parts are known already.</summary>
    public static Outcome Answered(ReadOnlySpan<byte> message, scoped in AnswerParts parts, TtlChange ttl) =>
        new() { Message = message, Answer = parts, IsTakenApart = true, Ttl = ttl };

    /// <summary>An answer that somebody got before.</summary>
    public static Outcome Recalled(scoped in AnswerParts parts, TtlChange ttl, ExtendedError note) =>
        new() { Answer = parts, IsTakenApart = true, Ttl = ttl, Note = note };

    public static Outcome Failed(Failure failure) => new() { Rcode = Rcode.ServerFailure, Note = failure.Note, IsOverload = failure.IsOverload };

    /// <summary>A failure that somebody met before.</summary>
    public static Outcome FailedBefore(Rcode rcode, ExtendedError note) => new() { Rcode = rcode, Note = note };

    public static Outcome Rejected(Rcode rcode) => new() { Rcode = rcode };
}
