using System.Buffers.Binary;
using DotProxy.Dns;
using DotProxy.Resolution;

namespace DotProxy.Upstreams;

/// <summary>Writes a query as it goes to an encrypted upstream.</summary>
internal static class QueryEncoder
{
    /// <summary>The room that the longest query needs: its question with OPT and padding, behind its length.</summary>
    public const int MaxLength = WireLimits.StreamLength
        + ((WireLimits.Header + WireLimits.Question + WireLimits.EmptyOpt + WireLimits.OptionHeader + WireLimits.QueryPaddingBlock - 1)
            / WireLimits.QueryPaddingBlock * WireLimits.QueryPaddingBlock);

    private const HeaderFlags Passed =
        HeaderFlags.RecursionDesired | HeaderFlags.AuthenticData | HeaderFlags.CheckingDisabled;

    /// <summary>
    /// Length and message in one piece (RFC 7766 §8), the question as the client wrote it, an OPT record of our own, padded
    /// to a multiple of 128 octets (RFC 8467 §4.1). The client's EDNS options are between it and us. Returns the octets written.
    /// </summary>
    public static int Write(Query query, ushort id, Span<byte> destination)
    {
        Span<byte> message = destination[WireLimits.StreamLength..];
        new Header(id, query.Requestor.Flags & Passed, 1, 0, 0, 1).Write(message);
        var writer = new MessageWriter(message);
        writer.Write(query.Question);
        int options = writer.BeginOpt(WireLimits.UnfragmentedUdp, extendedRcode: 0, query.Requestor.DnssecOk);
        writer.WritePadding(WireLimits.QueryPaddingBlock);
        writer.EndOpt(options);
        BinaryPrimitives.WriteUInt16BigEndian(destination, (ushort)writer.Position);
        return WireLimits.StreamLength + writer.Position;
    }
}
