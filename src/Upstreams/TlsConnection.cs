using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using DotProxy.Dns;
using DotProxy.Resolution;
using DotProxy.Telemetry;

namespace DotProxy.Upstreams;

/// <summary>DNS over TLS (RFC 7858): each message behind its length, its ID tells which query it answers. The first query asks how long the connection may be idle.</summary>
internal sealed class TlsConnection(
    SslStream stream, HandshakeStream transport, IPEndPoint remote, string name, FillRandom fill, TimeProvider time, Counters counters, LogEvents log)
    : UpstreamConnection(stream, transport, remote, name, fill, time, counters, log)
{
    protected override int MaxWritten => QueryEncoder.MaxLength;

    protected override bool IsDone => Terms.IsRetired && InFlight == 0;

    protected override int Write(Query query, Span<byte> destination) => QueryEncoder.Write(query, id: 0, destination, asksKeepalive: Terms.IsToBeAsked);

    protected override void SetId(ushort id, Span<byte> written)
    {
        if (Terms.IsToBeAsked) Terms.Asked(id);
        BinaryPrimitives.WriteUInt16BigEndian(written[WireLimits.StreamLength..], id);
    }

    /// <summary>Delivers the whole messages in the buffer.</summary>
    protected override int DeliverAll(Span<byte> received)
    {
        int position = 0;
        while (StreamFrame.TryRead(received[position..], out ReadOnlySpan<byte> message))
        {
            Take(message);
            position += WireLimits.StreamLength + message.Length;
        }
        return position;
    }

    private void Take(ReadOnlySpan<byte> message)
    {
        if (!UpstreamAnswer.TryRead(message, out ushort id, out ReadOnlySpan<byte> question) || !TryTake(id, question, out Query? query))
        {
            Counters.Mismatched.Increment();
            return;
        }
        Terms.Hear(id, message);
        Deliver(query, message);
    }
}
