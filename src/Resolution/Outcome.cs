using DotProxy.Dns;

namespace DotProxy.Resolution;

/// <summary>What became of a query: the upstream's message, or an error of our own. Lives as long as the buffer behind it.</summary>
internal readonly ref struct Outcome
{
    private Outcome(ReadOnlySpan<byte> message, Rcode rcode, Failure? failure)
    {
        Message = message;
        Rcode = rcode;
        Failure = failure;
    }

    /// <summary>The upstream's whole message, its question checked; empty for an error of our own.</summary>
    public ReadOnlySpan<byte> Message { get; }

    public Rcode Rcode { get; }

    /// <summary>The cause, told to requestors that speak EDNS.</summary>
    public Failure? Failure { get; }

    public static Outcome Answered(ReadOnlySpan<byte> message) => new(message, Rcode.NoError, null);

    public static Outcome Failed(Failure failure) => new(default, Rcode.ServerFailure, failure);

    public static Outcome Rejected(Rcode rcode) => new(default, rcode, null);
}
