using System.Buffers.Binary;
using DotProxy.Dns;

namespace DotProxy.Bench.Load;

/// <summary>
/// The queries of one socket that are not answered yet, by ID. IDs go up one by one, so that the oldest is always the next to be
/// given up. Checks what comes against what was asked.
/// </summary>
internal sealed class Outstanding(LoadNames names)
{
    private const int Ids = ushort.MaxValue + 1;

    private readonly long[] _sentAt = new long[Ids];
    private readonly uint[] _numbers = new uint[Ids];
    private ushort _next;
    private ushort _oldest;

    public int Count { get; private set; }

    /// <summary>How many IDs are free.</summary>
    public int Room => Ids - 1 - (ushort)(_next - _oldest);

    /// <summary>Writes a query that will have the next ID but <paramref name="ahead"/>; it is outstanding once it is noted as sent.</summary>
    public void Prepare(Span<byte> destination, int ahead, uint number, long now)
    {
        ushort id = (ushort)(_next + ahead);
        names.WriteQuery(destination, id, number);
        _sentAt[id] = now;
        _numbers[id] = number;
    }

    /// <summary>Notes how many of those that were prepared left.</summary>
    public void Sent(int count, int prepared)
    {
        for (int i = count; i < prepared; i++) _sentAt[(ushort)(_next + i)] = 0;
        _next += (ushort)count;
        Count += count;
    }

    public void Take(ReadOnlySpan<byte> message, long now, LoadTally tally)
    {
        ushort id = message.Length < WireLimits.Header ? (ushort)0 : BinaryPrimitives.ReadUInt16BigEndian(message);
        long sentAt = _sentAt[id];
        if (sentAt == 0 || message.Length < WireLimits.Header)
        {
            tally.Stray++;
            return;
        }
        _sentAt[id] = 0;
        Count--;
        bool asks = names.Asks(message, _numbers[id]), good = asks && LoadNames.AnswersRightly(message);
        tally.Answer(sentAt, now, good, isHot: (_numbers[id] & LoadNames.Hot) != 0);
        bool isMixedUp = !asks || (!good && (message[3] & (int)HeaderFlags.RcodeMask) == (int)Rcode.NoError);
        if (isMixedUp) tally.Wrong++;
    }

    /// <summary>Gives up what was sent before <paramref name="limit"/>.</summary>
    public void Expire(long limit, LoadTally tally)
    {
        for (; _oldest != _next; _oldest++)
        {
            long sentAt = _sentAt[_oldest];
            if (sentAt == 0) continue;
            if (sentAt >= limit) return;
            _sentAt[_oldest] = 0;
            Count--;
            tally.Lost++;
        }
    }
}
