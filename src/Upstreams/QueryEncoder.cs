using System.Buffers.Binary;
using DotProxy.Dns;
using DotProxy.Resolution;

namespace DotProxy.Upstreams;

/// <summary>Writes a query as it goes to an encrypted upstream.</summary>
internal static class QueryEncoder
{
    /// <summary>The room that the longest query needs: its question with OPT, keepalive and padding, behind its length.</summary>
    public const int MaxLength = WireLimits.StreamLength
        + ((WireLimits.Header + WireLimits.Question + WireLimits.EmptyOpt + (2 * WireLimits.OptionHeader) + WireLimits.QueryPaddingBlock - 1)
            / WireLimits.QueryPaddingBlock * WireLimits.QueryPaddingBlock);

    private const HeaderFlags Passed =
        HeaderFlags.RecursionDesired | HeaderFlags.AuthenticData | HeaderFlags.CheckingDisabled;

    /// <summary>
    /// Length and message in one piece (RFC 7766 §8), the question as the client wrote it, an OPT record of our own, padded
    /// to a multiple of 128 octets (RFC 8467 §4.1). The client's EDNS options are between it and us. Returns the octets written.
    /// </summary>
    /// <param name="asksKeepalive">Whether to ask how long the connection may be idle: with an empty option (RFC 7828 §3.2.1), once is enough.</param>
    public static int Write(Query query, ushort id, Span<byte> destination, bool asksKeepalive = false)
    {
        Span<byte> message = destination[WireLimits.StreamLength..];
        new Header(id, query.Requestor.Flags & Passed, 1, 0, 0, 1).Write(message);
        var writer = new MessageWriter(message);
        writer.Write(query.Question);
        int options = writer.BeginOpt(WireLimits.UnfragmentedUdp, extendedRcode: 0, query.Requestor.DnssecOk);
        if (asksKeepalive) writer.WriteOption(EdnsOptionCode.TcpKeepalive, []);
        writer.WritePadding(WireLimits.QueryPaddingBlock);
        writer.EndOpt(options);
        BinaryPrimitives.WriteUInt16BigEndian(destination, (ushort)writer.Position);
        return WireLimits.StreamLength + writer.Position;
    }
}
