using System.Buffers.Binary;

namespace DotProxy.Tests.Fakes;

/// <summary>Octets that look random and are the same in every run (SplitMix64).</summary>
internal sealed class SeededOctets(ulong seed)
{
    private ulong _state = seed;

    public void Fill(Span<byte> octets)
    {
        Span<byte> word = stackalloc byte[8];
        for (; octets.Length > 0; octets = octets[Math.Min(8, octets.Length)..])
        {
            BinaryPrimitives.WriteUInt64LittleEndian(word, Next());
            word[..Math.Min(8, octets.Length)].CopyTo(octets);
        }
    }

    private ulong Next()
    {
        ulong mixed = _state += 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }
}
