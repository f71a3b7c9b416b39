using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using DotProxy.Dns;
using DotProxy.Resolution;

namespace DotProxy.Upstreams;

/// <summary>
/// The requests to one upstream: POST with the message as its body (RFC 8484 §4.1), the same fields each time, and none that tells who asks.
/// </summary>
internal sealed class HttpsRequest
{
    /// <summary>The octets of the longest body.</summary>
    public const int MaxBody = QueryEncoder.MaxLength - WireLimits.StreamLength;

    private const string MediaType = "application/dns-message";

    // Entries of the static table (RFC 7541 appendix A): whole fields, and names.
    private const byte MethodPost = 0x83, SchemeHttps = 0x87;
    private const int Authority = 1, Path = 4, Accept = 19, ContentLength = 28, ContentType = 31;

    // A padded message has 128, 256 or 384 octets.
    private const int LengthDigits = 3;

    private readonly byte[] _fields;

    private HttpsRequest(byte[] fields) => _fields = fields;

    /// <summary>The most octets that a request takes.</summary>
    public int MaxLength => BodyStart + MaxBody;

    private int BodyStart => (2 * Http2Frame.HeaderLength) + _fields.Length;

    /// <param name="hostName">Stands as the authority, with the port where it is another than HTTPS has (RFC 9113 §8.3.1).</param>
    public static HttpsRequest To(string hostName, int port, string path)
    {
        string host = IPAddress.TryParse(hostName, out IPAddress? address) && address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{hostName}]" : hostName;
        string authority = port == Configuration.UpstreamSpec.DefaultHttpsPort ? host : string.Create(CultureInfo.InvariantCulture, $"{host}:{port}");
        return new HttpsRequest(
        [
            MethodPost, SchemeHttps, .. Field(Authority, authority), .. Field(Path, path), .. Field(Accept, MediaType), .. Field(ContentType, MediaType),
            .. Field(ContentLength, new string('0', LengthDigits)),
        ]);
    }

    /// <summary>
    /// HEADERS and DATA in one piece, on a stream of its own. The ID is 0, so that a cache may give all who ask the same the same (RFC 8484 §4.1).
    /// Returns the octets written, and in <paramref name="body"/> how many of them count against the server's window.
    /// </summary>
    public int Write(Query query, uint stream, Span<byte> destination, out int body)
    {
        // The message's length on a stream stands where the frame's header goes.
        body = QueryEncoder.Write(query, id: 0, destination[(BodyStart - WireLimits.StreamLength)..]) - WireLimits.StreamLength;
        Http2Frame.WriteHeader(destination, _fields.Length, Http2FrameType.Headers, Http2Frame.EndHeaders, stream);
        Span<byte> fields = destination.Slice(Http2Frame.HeaderLength, _fields.Length);
        _fields.CopyTo(fields);
        body.TryFormat(fields[^LengthDigits..], out _, "D3", CultureInfo.InvariantCulture);
        Http2Frame.WriteHeader(destination[(Http2Frame.HeaderLength + _fields.Length)..], body, Http2FrameType.Data, Http2Frame.End, stream);
        return BodyStart + body;
    }

    /// <summary>A literal that no table keeps, its name from the static one (RFC 7541 §6.2.2), uncompressed.</summary>
    private static byte[] Field(int name, string value) => [.. Integer(name, prefix: 4), .. Integer(value.Length, prefix: 7), .. Encoding.ASCII.GetBytes(value)];

    /// <summary>RFC 7541 §5.1, for what two octets hold behind the prefix.</summary>
    private static byte[] Integer(int value, int prefix)
    {
        int most = (1 << prefix) - 1;
        if (value < most) return [(byte)value];
        int rest = value - most;
        return rest < 0x80 ? [(byte)most, (byte)rest] : [(byte)most, (byte)(rest | 0x80), (byte)(rest >> 7)];
    }
}
