using DotProxy.Resolution;

namespace DotProxy.Failover;

/// <summary>Asks a member that is left out whether it answers again. Used once.</summary>
internal sealed class HealthProbe : RootProbe
{
    private readonly Member _member;

    public HealthProbe(Member member, long deadline)
    {
        _member = member;
        BeginProbe(deadline);
    }

    public override void Complete(in Outcome outcome, SinkSet sinks)
    {
        if (Judgement.IsUseful(outcome, out _)) _member.NoteResult(isGood: true);
    }
}
