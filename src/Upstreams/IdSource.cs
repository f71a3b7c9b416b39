using System.Buffers.Binary;

namespace DotProxy.Upstreams;

/// <summary>Unpredictable 16-bit numbers (RFC 5452 §9.2), drawn a buffer at a time. Belongs to one table and its lock.</summary>
/// <param name="fill">Fills a span with random octets; in production <c>RandomNumberGenerator.Fill</c>.</param>
internal sealed class IdSource(FillRandom fill)
{
    private readonly byte[] _octets = new byte[512];
    private int _used = 512;

    public ushort Next()
    {
        if (_used == _octets.Length)
        {
            fill(_octets);
            _used = 0;
        }
        ushort id = BinaryPrimitives.ReadUInt16LittleEndian(_octets.AsSpan(_used));
        _used += 2;
        return id;
    }
}

internal delegate void FillRandom(Span<byte> octets);
