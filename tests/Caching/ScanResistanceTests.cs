using System.Globalization;
using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.Caching;

/// <summary>A flood of names that nobody asks twice does not push out those that many ask.</summary>
public sealed class ScanResistanceTests
{
    // Enough unique names to fill the cache's default size, and as many questions for the hot ones.
    private const int HotNames = 10_000, Questions = 400_000;

    [Theory]
    [InlineData(16 << 20, 0.99)]
    [InlineData(2 << 20, 0.95)]
    public void Beside_as_many_questions_for_unique_names_the_hot_ones_are_answered_from_memory(long octets, double least)
    {
        using var house = new CacheHouse(octets: octets);
        house.Next.Script = question => Messages.Answer(question);
        var random = new Random(1);
        int hot = 0, hits = 0, unique = 0;
        for (int i = 0; i < Questions; i++)
        {
            bool isFlood = random.Next(2) == 0;
            int asked = house.Next.Asked;
            house.Ask(isFlood ? $"u{unique++}.flood.example.net" : $"h{random.Next(HotNames)}.example.com");
            // The first half is for warming up: each hot name must have been asked for once or twice.
            if (isFlood || i < Questions / 2) continue;
            hot++;
            if (house.Next.Asked == asked) hits++;
        }
        double rate = (double)hits / hot;
        TestContext.Current.TestOutputHelper!.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{octets >> 20} MiB: {rate:P2} of the questions for {HotNames} hot names answered from memory"));
        Assert.InRange(rate, least, 1);
    }
}
