using System.Buffers.Binary;

namespace DotProxy.Dns;

/// <summary>
/// A message on a stream (RFC 1035 §4.2.2):
/// <code>
/// LENGTH 16 | MESSAGE
/// </code>
/// </summary>
internal static class StreamFrame
{
    /// <summary>The octets of the message that stands first, without its length; false until it is whole.</summary>
    public static bool TryMeasure(ReadOnlySpan<byte> received, out int length)
    {
        length = 0;
        if (received.Length < WireLimits.StreamLength) return false;
        length = BinaryPrimitives.ReadUInt16BigEndian(received);
        return received.Length >= WireLimits.StreamLength + length;
    }

    /// <summary>The message that stands first; false until it is whole.</summary>
    public static bool TryRead(ReadOnlySpan<byte> received, out ReadOnlySpan<byte> message)
    {
        bool isWhole = TryMeasure(received, out int length);
        message = isWhole ? received.Slice(WireLimits.StreamLength, length) : default;
        return isWhole;
    }
}
