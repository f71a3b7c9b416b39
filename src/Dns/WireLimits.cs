namespace DotProxy.Dns;

/// <summary>Sizes, in octets, and numbers that the specifications fix. Our own choices stand elsewhere, each with its reason.</summary>
internal static class WireLimits
{
    /// <summary>The fixed header (RFC 1035 §4.1.1).</summary>
    public const int Header = 12;

    /// <summary>A label (RFC 1035 §2.3.4).</summary>
    public const int Label = 63;

    /// <summary>A name on the wire, with its length octets and the closing zero (RFC 1035 §2.3.4).</summary>
    public const int Name = 255;

    /// <summary>A question: name, type and class (RFC 1035 §4.1.2).</summary>
    public const int Question = Name + 4;

    /// <summary>A UDP message to a requestor without EDNS (RFC 1035 §2.3.4, RFC 6891 §6.2.3).</summary>
    public const int PlainUdp = 512;

    /// <summary>The largest UDP message that hardly any path fragments (RFC 9715 §3.2, appendix A).</summary>
    public const int UnfragmentedUdp = 1232;

    /// <summary>The length before each message on a stream (RFC 1035 §4.2.2).</summary>
    public const int StreamLength = 2;

    /// <summary>The largest message (RFC 1035 §4.2.2: two octets of length).</summary>
    public const int Message = ushort.MaxValue;

    /// <summary>Type, class, TTL and RDLENGTH behind a record's owner name (RFC 1035 §4.1.3).</summary>
    public const int RecordFields = 10;

    /// <summary>The class of nearly everything (RFC 1035 §3.2.4).</summary>
    public const ushort InternetClass = 1;

    /// <summary>Any class, in a question (RFC 1035 §3.2.5).</summary>
    public const ushort AnyClass = 255;

    /// <summary>An OPT record without options: the root name and the fixed fields (RFC 6891 §6.1.2).</summary>
    public const int EmptyOpt = 1 + RecordFields;

    /// <summary>Code and length before an EDNS option's data (RFC 6891 §6.1.2).</summary>
    public const int OptionHeader = 4;

    /// <summary>Queries to an encrypted upstream are padded to a multiple of this (RFC 8467 §4.1).</summary>
    public const int QueryPaddingBlock = 128;
}
