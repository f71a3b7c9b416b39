using System.Globalization;

namespace DotProxy.Dns;

/// <summary>The numbers of the wire as people call them; what is not named here is written with its number (RFC 3597 §5).</summary>
internal static class Mnemonics
{
    /// <summary>Of a type, such as "AAAA" or "TYPE1234": those that clients ask for every day (IANA, "Resource Record (RR) TYPEs").</summary>
    public static string Type(int type) => type switch
    {
        1 => "A",
        2 => "NS",
        5 => "CNAME",
        6 => "SOA",
        12 => "PTR",
        13 => "HINFO",
        15 => "MX",
        16 => "TXT",
        28 => "AAAA",
        33 => "SRV",
        35 => "NAPTR",
        39 => "DNAME",
        43 => "DS",
        44 => "SSHFP",
        46 => "RRSIG",
        47 => "NSEC",
        48 => "DNSKEY",
        50 => "NSEC3",
        51 => "NSEC3PARAM",
        52 => "TLSA",
        59 => "CDS",
        60 => "CDNSKEY",
        61 => "OPENPGPKEY",
        64 => "SVCB",
        65 => "HTTPS",
        255 => "ANY",
        256 => "URI",
        257 => "CAA",
        _ => string.Create(CultureInfo.InvariantCulture, $"TYPE{type}"),
    };

    /// <summary>Of a class, such as "IN" or "CLASS32".</summary>
    public static string Class(int @class) => @class switch
    {
        1 => "IN",
        3 => "CH",
        4 => "HS",
        255 => "ANY",
        _ => string.Create(CultureInfo.InvariantCulture, $"CLASS{@class}"),
    };

    /// <summary>Of a response code, such as "SERVFAIL" or "RCODE9".</summary>
    public static string ResponseCode(int rcode) => (Rcode)rcode switch
    {
        Rcode.NoError => "NOERROR",
        Rcode.FormatError => "FORMERR",
        Rcode.ServerFailure => "SERVFAIL",
        Rcode.NameError => "NXDOMAIN",
        Rcode.NotImplemented => "NOTIMP",
        Rcode.Refused => "REFUSED",
        _ => string.Create(CultureInfo.InvariantCulture, $"RCODE{rcode}"),
    };
}
