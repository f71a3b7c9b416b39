namespace DotProxy.Dns;

/// <summary>
/// What an OPT record says (RFC 6891 §6.1.2, §6.1.3). Its class is the sender's UDP payload size and its TTL
/// <code>
/// EXTENDED-RCODE 8 | VERSION 8 | DO 1 | Z 15
/// </code>
/// </summary>
internal readonly ref struct Edns
{
    public const byte SupportedVersion = 0;
    public const uint DnssecOkFlag = 0x8000;

    private Edns(scoped in ResourceRecord opt)
    {
        UdpPayloadSize = opt.Class;
        ExtendedRcode = (byte)(opt.TimeToLive >> 24);
        Version = (byte)(opt.TimeToLive >> 16);
        DnssecOk = (opt.TimeToLive & DnssecOkFlag) != 0;
        Options = new EdnsOptions(opt.Data);
    }

    /// <summary>As sent, in octets; what is below 512 means 512 (RFC 6891 §6.2.3).</summary>
    public ushort UdpPayloadSize { get; }

    /// <summary>The upper eight bits of the rcode.</summary>
    public byte ExtendedRcode { get; }

    public byte Version { get; }

    public bool DnssecOk { get; }

    public EdnsOptions Options { get; }

    /// <summary>False where the owner is not the root, or an option's length runs past the record.</summary>
    public static bool TryRead(scoped in ResourceRecord opt, out Edns edns)
    {
        edns = new Edns(opt);
        if (!opt.OwnerIsRoot) return false;
        EdnsOptions options = edns.Options;
        while (options.TryReadNext(out _, out _)) { }
        return options.AtEnd;
    }
}
