using System.Diagnostics;
using DotProxy.Configuration;
using DotProxy.Dns;
using DotProxy.Resolution;
using DotProxy.Telemetry;

namespace DotProxy.Failover;

/// <summary>
/// Several upstreams that stand in for each other. A query's way through it:
/// <list type="number">
/// <item>it becomes a <see cref="Trial"/>, and the member that the policy chooses gets an <see cref="Attempt"/> of it;</item>
/// <item>the first useful answer completes it, and what other attempts bring later only tells how they fare;</item>
/// <item>where a member fails, is found dead, or has not answered within a second, the next one is asked too;</item>
/// <item>so it is, within a budget, where an answer is later than nineteen of twenty from that member (hedging: Dean and Barroso,
/// "The tail at scale", 2013);</item>
/// <item>where nobody has a useful answer, the first error is told.</item>
/// </list>
/// </summary>
internal sealed class UpstreamGroup : IUpstream, IReplySink
{
    // Our choices. A second is more than any upstream on a working line needs, and leaves time for two more. Three tries bound what one
    // question can cost (RFC 9520 §3.1).
    private static readonly TimeSpan s_sweepPeriod = TimeSpan.FromMilliseconds(25), s_patience = TimeSpan.FromSeconds(1), s_probeTime = TimeSpan.FromSeconds(2);
    private const int MostAttempts = 3;

    // Where answers take a millisecond, one that takes three needs no help.
    private static readonly TimeSpan s_leastHedge = TimeSpan.FromMilliseconds(20);

    private readonly Member[] _members;
    private readonly IPolicy _policy;
    private readonly TimeProvider _time;
    private readonly Counters _counters;
    private readonly LogEvents _log;
    private readonly TrialList _trials = new();
    private readonly QueryPool<Attempt> _attempts;
    private readonly HedgeBudget _budget = new();
    private readonly IdleTimer _sweep;
    private readonly List<(Trial Trial, int Generation)> _late = [];
    private readonly SinkSet _sinks = new();
    private readonly Lock _sweeping = new();

    /// <param name="upstreams">At least two, in the order of the user's preference; the group owns them.</param>
    public UpstreamGroup(IReadOnlyList<IUpstream> upstreams, IPolicy policy, TimeProvider time, Counters counters, LogEvents log)
    {
        _members = [.. upstreams.Select((upstream, index) => new Member(upstream, index, time, Jitter.Draw, log))];
        _policy = policy;
        _time = time;
        _counters = counters;
        _log = log;
        _attempts = new QueryPool<Attempt>(() => new Attempt(this));
        _sweep = new IdleTimer(time, s_sweepPeriod, Sweep);
    }

    /// <summary>Puts several upstreams together; one needs no group.</summary>
    public static IUpstream Of(IReadOnlyList<IUpstream> upstreams, Policy policy, TimeProvider time, Counters counters, LogEvents log) =>
        upstreams.Count == 1 ? upstreams[0] : new UpstreamGroup(upstreams, PolicyOf(policy), time, counters, log);

    public string Name => string.Join(", ", _members.Select(member => member.Upstream.Name));

    public int Pending => _trials.Count;

    public Failure? Outage => Array.TrueForAll(_members, member => member.Upstream.Outage is not null) ? _members[0].Upstream.Outage : null;

    public Failure? Trouble => Array.TrueForAll(_members, member => member.Upstream.Trouble is not null) ? _members[0].Upstream.Trouble : null;

    public bool IsSilent(TimeSpan limit, long now) => Array.TrueForAll(_members, member => member.Upstream.IsSilent(limit, now));

    public void Resolve(Query query, SinkSet sinks)
    {
        _budget.Earn();
        Trial trial = _trials.Rent();
        Attempt first;
        lock (trial)
        {
            trial.Begin(query);
            first = TryBegin(trial)!;
        }
        _trials.Add(trial);
        Ask(first, sinks);
        _sweep.Arm();
    }

    public void Flush() => Array.ForEach(_members, member => member.Flush());

    public void NetworkChanged() => Array.ForEach(_members, member => member.Upstream.NetworkChanged());

    /// <summary>Takes over an attempt that its upstream has completed.</summary>
    public void Finish(Attempt attempt, in Outcome outcome, SinkSet sinks)
    {
        (Trial trial, Member member) = (attempt.Trial, attempt.Member);
        TimeSpan latency = _time.GetElapsedTime(attempt.StartedAt);
        _attempts.Return(attempt);
        bool isUseful = Judgement.IsUseful(outcome, out Rcode rcode);
        if (!outcome.IsOwnFailure) member.NoteAnswer(latency);

        bool isDoneNow;
        Attempt? next = null;
        lock (trial)
        {
            trial.Note(member, isUseful);
            // Not by those that run: another may have failed too and not have ended, as two do at a deadline, or around a call that fails inside.
            bool isLast = trial.Open == 0;
            if (!trial.IsDone && !isUseful && !outcome.IsOwnFailure) trial.Hold(outcome.Message, rcode);
            if (!trial.IsDone && !isUseful && isLast) next = TryBegin(trial);
            isDoneNow = !trial.IsDone && (isUseful || (isLast && next is null));
            trial.IsDone |= isDoneNow;
        }
        if (isDoneNow) Complete(trial, isUseful, outcome, sinks);
        if (next is not null)
        {
            _counters.FailedOver.Increment();
            Ask(next, sinks);
            // Not here: the caller is in the middle of its own upstream's work.
            sinks.Add(this);
        }
        End(trial);
    }

    /// <summary>The group's queries first, for they may need any of the members.</summary>
    public async Task StopAsync(TimeSpan drainTime)
    {
        await Draining.WaitAsync(() => Pending, drainTime, _time);
        if (Pending > 0) _log.StoppedLate(Pending);
        // What an upstream still holds now nobody waits for, or must wait no longer.
        await Task.WhenAll(_members.Select(member => member.Upstream.StopAsync(TimeSpan.Zero)));
    }

    public void Dispose()
    {
        Debug.Assert(_trials.Count == 0, "a query was never completed");
        _sweep.Dispose();
        foreach (Member member in _members) member.Upstream.Dispose();
    }

    /// <summary>Under the trial's lock: prepares an attempt at whoever is to be asked next; null where that would be once too often.</summary>
    private Attempt? TryBegin(Trial trial)
    {
        long now = _time.GetTimestamp();
        if (trial.Attempts == MostAttempts || (trial.Attempts > 0 && trial.Asked.Deadline <= now)) return null;
        Member? member = Choose(trial, Candidates.Usable) ?? Choose(trial, Candidates.All);
        if (member is null) return null;
        trial.NoteAttempt(member, now);
        Attempt attempt = _attempts.Rent();
        attempt.Begin(trial, member, now);
        return attempt;
    }

    private static IPolicy PolicyOf(Policy policy) => policy switch
    {
        Policy.Fastest => new FastestPolicy(Jitter.Draw),
        Policy.Spread => new SpreadPolicy(),
        _ => new OrderedPolicy(),
    };

    private Member? Choose(Trial trial, Candidates candidates) => _policy.Choose(_members, trial.Asked.Question, trial, candidates);

    private static void Ask(Attempt attempt, SinkSet sinks) => attempt.Member.Ask(attempt, sinks);

    private void Complete(Trial trial, bool isUseful, in Outcome outcome, SinkSet sinks)
    {
        _trials.Remove(trial);
        // An upstream's own word on the matter is worth more than that another could not be asked.
        if (!isUseful && trial.HoldsFailure) trial.Asked.Complete(trial.HeldFailure, sinks);
        else trial.Asked.Complete(outcome, sinks);
    }

    /// <summary>Ends an attempt, last of all: until then nobody uses the trial again.</summary>
    private void End(Trial trial)
    {
        bool isOver;
        lock (trial) isOver = --trial.Running == 0 && trial.IsDone;
        if (isOver) GiveBack(trial);
    }

    /// <summary>Only where one had a useful answer does it say something of the others that they had none.</summary>
    private void GiveBack(Trial trial)
    {
        foreach (Member member in _members)
        {
            if (trial.WasUseful && trial.Result(member) is { } isUseful) member.NoteResult(isUseful);
        }
        _trials.Return(trial);
    }

    /// <summary>Asks further members for those that have waited too long, and looks how the members are. False when nobody waits.</summary>
    private bool Sweep()
    {
        try
        {
            lock (_sweeping) LookAtAll(_time.GetTimestamp());
        }
        catch (Exception exception)
        {
            // An exception on a timer would end the process; the next sweep comes in a moment.
            _log.Unexpected("the sweep of a group of upstreams", exception);
        }
        return _trials.Count > 0;
    }

    private void LookAtAll(long now)
    {
        foreach (Member member in _members)
        {
            if (member.Look(now)) member.Ask(new HealthProbe(member, now + Ticks(s_probeTime)), _sinks);
        }
        _late.Clear();
        _trials.CopyLate(trial => MayBeLate(trial, now), _late);
        foreach ((Trial trial, int generation) in _late) HelpOut(trial, generation, now);
        _sinks.Flush();
        Flush();
    }

    private bool MayBeLate(Trial trial, long now) =>
        trial.Attempts < MostAttempts && (!trial.Latest.IsUsable || _time.GetElapsedTime(trial.LatestAt, now) >= LateAfter(trial.Latest));

    private static TimeSpan LateAfter(Member member) => member.P95 is not { } p95 || p95 > s_patience ? s_patience : p95 < s_leastHedge ? s_leastHedge : p95;

    private void HelpOut(Trial trial, int generation, long now)
    {
        Attempt? next = null;
        bool isHedge = false;
        lock (trial)
        {
            if (trial.Generation != generation || trial.IsDone) return;
            isHedge = trial.Latest.IsUsable && _time.GetElapsedTime(trial.LatestAt, now) < s_patience;
            // To ask one that is down as well helps nobody who may yet get an answer.
            bool isAnyUsable = Choose(trial, Candidates.Usable) is not null;
            if (isAnyUsable && (!isHedge || _budget.TrySpend())) next = TryBegin(trial);
        }
        if (next is null) return;
        (isHedge ? _counters.Hedged : _counters.FailedOver).Increment();
        Ask(next, _sinks);
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * _time.TimestampFrequency);
}
