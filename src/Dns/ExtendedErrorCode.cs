namespace DotProxy.Dns;

/// <summary>Why there is no better answer (RFC 8914 §4).</summary>
internal enum ExtendedErrorCode : ushort
{
    Other = 0,
    StaleAnswer = 3,
    CachedError = 13,
    StaleNameErrorAnswer = 19,
    NoReachableAuthority = 22,
    NetworkError = 23,
    InvalidData = 24,
}
