using DotProxy.Dns;

namespace DotProxy.Failover;

/// <summary>The first that is well: the others stand by, and it is returned to.</summary>
internal sealed class OrderedPolicy : IPolicy
{
    public Member? Choose(Member[] members, ReadOnlySpan<byte> question, Trial trial, Candidates mayBeAsked)
    {
        foreach (Member member in members)
        {
            if (trial.MayAsk(member, mayBeAsked)) return member;
        }
        return null;
    }
}

/// <summary>
/// The faster of two drawn at random (Mitzenmacher, "The power of two choices in randomized load balancing", 2001): most queries go to
/// the fastest, and the others are still measured.
/// </summary>
/// <param name="draw">Draws from [0, 1).</param>
internal sealed class FastestPolicy(Func<double> draw) : IPolicy
{
    public Member? Choose(Member[] members, ReadOnlySpan<byte> question, Trial trial, Candidates mayBeAsked)
    {
        Member? one = Draw(members, trial, mayBeAsked, except: null), other = Draw(members, trial, mayBeAsked, except: one);
        return other is null || one!.Score <= other.Score ? one : other;
    }

    private Member? Draw(Member[] members, Trial trial, Candidates mayBeAsked, Member? except)
    {
        int start = (int)(draw() * members.Length);
        for (int i = 0; i < members.Length; i++)
        {
            Member member = members[(start + i) % members.Length];
            if (member != except && trial.MayAsk(member, mayBeAsked)) return member;
        }
        return null;
    }
}

/// <summary>
/// Each domain always to the same member, for privacy: no upstream sees all that is asked, and none sees a part of every domain. Where
/// that member is not well its neighbour gets them.
/// </summary>
internal sealed class SpreadPolicy : IPolicy
{
    private const uint HashStart = 2166136261, HashFactor = 16777619;

    public Member? Choose(Member[] members, ReadOnlySpan<byte> question, Trial trial, Candidates mayBeAsked)
    {
        uint start = HashOfDomain(question[..^4]) % (uint)members.Length;
        for (int i = 0; i < members.Length; i++)
        {
            Member member = members[(start + i) % members.Length];
            if (trial.MayAsk(member, mayBeAsked)) return member;
        }
        return null;
    }

    /// <summary>FNV-1a over the last two labels in lower case: the same after a restart, which a keyed hash is not.</summary>
    private static uint HashOfDomain(ReadOnlySpan<byte> name)
    {
        int last = 0, beforeLast = 0;
        for (int position = 0; name[position] != 0; position += 1 + name[position]) (beforeLast, last) = (last, position);
        Span<byte> domain = stackalloc byte[WireLimits.Name];
        ReadOnlySpan<byte> tail = name[beforeLast..];
        DomainName.ToLower(tail, domain);
        uint hash = HashStart;
        foreach (byte octet in domain[..tail.Length]) hash = (hash ^ octet) * HashFactor;
        // The low bits of FNV-1a are weak, and they choose.
        return hash ^ (hash >> 15);
    }
}
