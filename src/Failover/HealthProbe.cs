using DotProxy.Dns;
using DotProxy.Resolution;

namespace DotProxy.Failover;

/// <summary>Asks a member that is left out for the root's name servers, which every resolver knows. Used once.</summary>
internal sealed class HealthProbe : Query
{
    // The root, NS, IN.
    private static readonly byte[] s_question = [0, 0, 2, 0, 1];

    private readonly Member _member;

    public HealthProbe(Member member, long deadline)
    {
        _member = member;
        Begin(new Requestor(0, HeaderFlags.RecursionDesired, UsesEdns: true, WireLimits.UnfragmentedUdp, DnssecOk: false), s_question, deadline);
    }

    public override void Complete(in Outcome outcome, SinkSet sinks)
    {
        if (Judgement.IsUseful(outcome, out _)) _member.NoteResult(isGood: true);
    }
}
