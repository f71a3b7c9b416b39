using CsCheck;
using DotProxy.Caching;

namespace DotProxy.Tests.Caching;

public sealed class CacheRingTests
{
    private const int Start = 800, Capacity = 400;

    [Fact]
    public void Whatever_is_pushed_and_popped_nothing_overlaps_and_nothing_leaves_the_ring() =>
        Gen.Select(Gen.Bool, Gen.Int[1, Capacity / 8 / 2]).Array[0, 300].Sample(steps => Run(steps), iter: 500);

    [Fact]
    public void An_empty_ring_takes_half_of_itself_wherever_it_stands()
    {
        for (int offset = 0; offset < Capacity; offset += 8)
        {
            var ring = new CacheRing(Start, Capacity);
            for (int i = 0; i < offset; i += 8)
            {
                Assert.True(ring.TryPush(8, out _, out _, out _));
                ring.Pop(8);
            }
            Assert.True(ring.IsEmpty);
            Assert.True(ring.TryPush(Capacity / 2, out int position, out _, out _));
            Assert.InRange(position, Start, Start + (Capacity / 2));
        }
    }

    private static bool Run((bool Push, int Words)[] steps)
    {
        var ring = new CacheRing(Start, Capacity);
        var model = new Queue<(int Position, int Length)>();
        foreach ((bool push, int words) in steps)
        {
            int length = words * 8;
            if (!push)
            {
                if (!model.TryDequeue(out (int Position, int Length) oldest)) continue;
                if (ring.Tail != oldest.Position) return false;
                ring.Pop(oldest.Length);
                continue;
            }
            if (!ring.TryPush(length, out int position, out int gapAt, out int gap)) continue;
            if (gap > 0) model.Enqueue((gapAt, gap));
            model.Enqueue((position, length));
            if (!IsSound(ring, model)) return false;
        }
        return ring.Used == model.Sum(entry => entry.Length) && ring.IsEmpty == (model.Count == 0);
    }

    private static bool IsSound(CacheRing ring, Queue<(int Position, int Length)> model)
    {
        (int Position, int Length)[] sorted = [.. model.OrderBy(entry => entry.Position)];
        bool inside = sorted.All(entry => ring.Holds(entry.Position) && ring.Holds(entry.Position + entry.Length - 1));
        return inside && sorted.Zip(sorted.Skip(1)).All(pair => pair.First.Position + pair.First.Length <= pair.Second.Position);
    }
}
