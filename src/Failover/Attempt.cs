using DotProxy.Resolution;

namespace DotProxy.Failover;

/// <summary>
/// One upstream's try at a <see cref="Trial"/>'s question: what that upstream gets for the query. Pooled by the group; the upstream owns
/// it until it completes it.
/// </summary>
internal sealed class Attempt(UpstreamGroup group) : Query
{
    public Trial Trial { get; private set; } = null!;

    public Member Member { get; private set; } = null!;

    /// <summary>A timestamp of the <see cref="TimeProvider"/>.</summary>
    public long StartedAt { get; private set; }

    public void Begin(Trial trial, Member member, long now)
    {
        Query asked = trial.Asked;
        Begin(asked.Requestor, asked.Question, asked.Deadline);
        Trial = trial;
        Member = member;
        StartedAt = now;
    }

    public override void Complete(in Outcome outcome, SinkSet sinks) => group.Finish(this, outcome, sinks);
}
