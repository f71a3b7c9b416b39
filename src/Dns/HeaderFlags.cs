namespace DotProxy.Dns;

/// <summary>
/// The second word of the header (RFC 1035 §4.1.1, RFC 4035 §3.1.6 for AD and CD):
/// <code>
///   0  1  2  3  4  5  6  7  8  9  0  1  2  3  4  5
/// +--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+
/// |QR|   OPCODE  |AA|TC|RD|RA| Z|AD|CD|   RCODE   |
/// +--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+
/// </code>
/// </summary>
[Flags]
internal enum HeaderFlags : ushort
{
    None = 0,
    Response = 0x8000,
    OpcodeMask = 0x7800,
    AuthoritativeAnswer = 0x0400,
    Truncated = 0x0200,
    RecursionDesired = 0x0100,
    RecursionAvailable = 0x0080,
    AuthenticData = 0x0020,
    CheckingDisabled = 0x0010,
    RcodeMask = 0x000F,
}
