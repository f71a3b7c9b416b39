using System.Runtime.InteropServices;

namespace DotProxy.Dns;

/// <summary>
/// Values by name. It is filled at the start and read by all threads from then on; a look-up allocates nothing. A table of its own,
/// with open addressing, since the framework's with keys in spans is slower and a hundred times the code.
/// </summary>
internal sealed class NameMap<T>
    where T : class
{
    // A power of two, at most half full: the place after a hash is soon found or found empty.
    private Slot[] _slots = new Slot[16];
    private int _count;

    // Which lengths there are: of the many ancestors of a reverse name few are worth a hash.
    private readonly bool[] _lengths = new bool[WireLimits.Name + 1];

    /// <param name="name">On the wire, in lower case, as everywhere here; it is not in the map yet.</param>
    public void Add(byte[] name, T value)
    {
        if (++_count > _slots.Length / 2) Grow();
        SlotOf(_slots, name) = new Slot { Name = name, Value = value };
        _lengths[name.Length] = true;
    }

    public T? Find(ReadOnlySpan<byte> name) => _lengths[name.Length] ? SlotOf(_slots, name).Value : null;

    /// <summary>The value of the name itself, or of the nearest of its ancestors that has one.</summary>
    public T? FindNearest(ReadOnlySpan<byte> name)
    {
        T? value = Find(name);
        while (value is null && DomainName.TryGetParent(name, out name)) value = Find(name);
        return value;
    }

    /// <summary>Where the name is, or would be.</summary>
    private static ref Slot SlotOf(Slot[] slots, ReadOnlySpan<byte> name)
    {
        // Pairs of octets: where one is left over it is the closing zero, the same in all.
        int index = string.GetHashCode(MemoryMarshal.Cast<byte, char>(name));
        while (true)
        {
            ref Slot slot = ref slots[index++ & (slots.Length - 1)];
            if (slot.Name is null || name.SequenceEqual(slot.Name)) return ref slot;
        }
    }

    private void Grow()
    {
        var larger = new Slot[_slots.Length * 2];
        foreach (Slot slot in _slots)
        {
            if (slot.Name is not null) SlotOf(larger, slot.Name) = slot;
        }
        _slots = larger;
    }

    private struct Slot
    {
        public byte[]? Name;
        public T? Value;
    }
}
