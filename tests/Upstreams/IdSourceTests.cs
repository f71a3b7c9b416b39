using System.Security.Cryptography;
using DotProxy.Upstreams;

namespace DotProxy.Tests.Upstreams;

public sealed class IdSourceTests
{
    [Fact]
    public void Every_octet_drawn_is_used_once_and_more_are_drawn_when_they_are_used_up()
    {
        int fills = 0, next = 0;
        var source = new IdSource(octets =>
        {
            fills++;
            Assert.Equal(0, octets.Length % 2);
            foreach (ref byte octet in octets) octet = (byte)next++;
        });
        for (int i = 0; i < 1000; i++) Assert.Equal((ushort)((byte)(2 * i) | ((byte)((2 * i) + 1) << 8)), source.Next());
        Assert.Equal((2000 + (next / fills) - 1) / (next / fills), fills);
    }

    // Each of 256 bins expects 1 024 of 262 144 draws. Chi-square has 255 degrees of freedom, a mean of 255 and a deviation of 22.6:
    // 500 is eleven deviations away, and a source that misses one bit gives more than 260 000.
    [Fact]
    public void Both_octets_of_IDs_from_the_cryptographic_source_are_spread_evenly()
    {
        const int draws = 262_144;
        var source = new IdSource(RandomNumberGenerator.Fill);
        int[] low = new int[256], high = new int[256], step = new int[256];
        ushort last = 0;
        for (int i = 0; i < draws; i++)
        {
            ushort id = source.Next();
            low[id & 0xFF]++;
            high[id >> 8]++;
            // What follows from its predecessor would crowd the differences.
            step[(ushort)(id - last) >> 8]++;
            last = id;
        }
        Assert.All([low, high, step], bins => Assert.InRange(ChiSquare(bins, draws), 100, 500));
    }

    private static double ChiSquare(int[] bins, int draws)
    {
        double expected = (double)draws / bins.Length;
        return bins.Sum(count => (count - expected) * (count - expected) / expected);
    }
}
