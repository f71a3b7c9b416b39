namespace DotProxy.Dns;

/// <summary>Kinds of query (RFC 1035 §4.1.1, RFC 1996, RFC 2136, RFC 8490).</summary>
internal enum Opcode
{
    Query = 0,
    InverseQuery = 1,
    Status = 2,
    Notify = 4,
    Update = 5,
    StatefulOperations = 6,
}
