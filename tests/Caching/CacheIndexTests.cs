using System.Runtime.InteropServices;
using CsCheck;
using DotProxy.Caching;

namespace DotProxy.Tests.Caching;

public sealed unsafe class CacheIndexTests
{
    private const int Slots = 64;

    // Few hashes, so that runs form, wrap around the end and are closed again; the low two bits are not kept by the index.
    private static readonly Gen<uint> s_hash = Gen.OneOf(Gen.UInt[0, 15], Gen.UInt[230, 270], Gen.UInt).Select(value => value << 2);

    [Fact]
    public void Whatever_is_added_moved_and_removed_it_finds_what_a_dictionary_finds() =>
        Gen.Select(Gen.Int[0, 9], s_hash, Gen.Int[0, 1000]).Array[0, 400].Sample(steps => Run(steps), iter: 300);

    [Fact]
    public void Visits_are_counted_up_to_three_and_only_for_the_same_hash()
    {
        using var memory = new Memory();
        CacheIndex index = memory.Index;
        index.Add(0x40, 8, 0);
        int slot = index.Find(0x40, 8);
        index.Visit(slot, 0x80);
        Assert.Equal(0, index.Visits(slot));
        for (int i = 1; i < 6; i++)
        {
            index.Visit(slot, 0x40);
            Assert.Equal(Math.Min(i, 3), index.Visits(slot));
        }
        index.SetVisits(slot, 1);
        Assert.Equal(1, index.Visits(slot));
        Assert.True(index.HasHash(slot, 0x40));
        Assert.False(index.HasHash(slot, 0x44));
    }

    private static bool Run((int Kind, uint Hash, int Value)[] steps)
    {
        using var memory = new Memory();
        CacheIndex index = memory.Index;
        var model = new Dictionary<int, (uint Hash, int Visits)>();
        int next = 0;
        foreach ((int kind, uint hash, int value) in steps)
        {
            int[] positions = [.. model.Keys.Order()];
            int position = positions.Length == 0 ? -1 : positions[value % positions.Length];
            if (kind < 5 && model.Count < Slots - 8)
            {
                index.Add(hash, next, value % 4);
                model.Add(next, (hash, value % 4));
                next += 8;
            }
            else if (position >= 0 && kind < 8)
            {
                index.Remove(index.Find(model[position].Hash, position));
                model.Remove(position);
            }
            else if (position >= 0)
            {
                index.Move(index.Find(model[position].Hash, position), next);
                model.Remove(position, out (uint Hash, int Visits) entry);
                model.Add(next, entry);
                next += 8;
            }
            if (!Agrees(index, model)) return false;
        }
        return true;
    }

    private static bool Agrees(CacheIndex index, Dictionary<int, (uint Hash, int Visits)> model)
    {
        foreach ((int position, (uint hash, int visits)) in model)
        {
            int slot = index.Find(hash, position);
            if (slot < 0 || index.Visits(slot) != visits || !index.HasHash(slot, hash)) return false;
        }
        return Enumerable.Range(0, Slots).Count(slot => index.PositionOf(slot) >= 0) == model.Count && index.Find(4, 1 << 20) < 0;
    }

    private sealed class Memory : IDisposable
    {
        private readonly void* _memory = NativeMemory.AllocZeroed(Slots * CacheIndex.SlotSize);

        public CacheIndex Index => new((byte*)_memory, Slots);

        public void Dispose() => NativeMemory.Free(_memory);
    }
}
