using System.Buffers.Binary;
using DotProxy.Dns;

namespace DotProxy.Resolution;

/// <summary>What happens to the TTLs of an answer on its way out, all in seconds. The default value changes none.</summary>
internal readonly record struct TtlChange
{
    /// <summary>How long the answer has been held: taken off each TTL (RFC 1035 §3.2.1).</summary>
    public uint Age { get; init; }

    /// <summary>Where not zero: the one TTL that an answer past its time has (RFC 8767 §4).</summary>
    public uint Stale { get; init; }

    /// <summary>No TTL counts for less than this when it came.</summary>
    public uint Floor { get; init; }

    /// <summary>Where not zero: no TTL counts for more than this when it came.</summary>
    public uint Ceiling { get; init; }

    public bool IsNone => this == default;

    /// <summary>Rewrites the TTLs of the records from <paramref name="start"/> to the end of the message; there must be no OPT among them.</summary>
    public void Apply(Span<byte> message, int start)
    {
        while (start < message.Length)
        {
            int fields = start;
            if (!DomainName.TrySkip(message, ref fields) || fields + WireLimits.RecordFields > message.Length) return;
            Span<byte> ttl = message.Slice(fields + 4, sizeof(uint));
            BinaryPrimitives.WriteUInt32BigEndian(ttl, Of(BinaryPrimitives.ReadUInt32BigEndian(ttl)));
            start = fields + WireLimits.RecordFields + BinaryPrimitives.ReadUInt16BigEndian(message[(fields + 8)..]);
        }
    }

    private uint Of(uint ttl)
    {
        if (Stale != 0) return Stale;
        if (Ceiling != 0) ttl = Math.Min(ttl, Ceiling);
        ttl = Math.Max(ttl, Floor);
        return ttl > Age ? ttl - Age : 0;
    }
}
