namespace DotProxy.Failover;

/// <summary>Which member is to be asked.</summary>
internal interface IPolicy
{
    /// <summary>One of those that <paramref name="mayBeAsked"/> says; null where it says none.</summary>
    /// <param name="question">Name, type and class as the client wrote them.</param>
    Member? Choose(Member[] members, ReadOnlySpan<byte> question, Trial trial, Candidates mayBeAsked);
}

/// <summary>Who may be chosen, beside that nobody is asked the same twice.</summary>
internal enum Candidates
{
    /// <summary>Those that are well.</summary>
    Usable,

    /// <summary>Whoever it is: where all look dead, all are tried anyway.</summary>
    All,
}
