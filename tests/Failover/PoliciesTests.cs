using DotProxy.Failover;
using DotProxy.Telemetry;
using DotProxy.Tests.Fakes;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace DotProxy.Tests.Failover;

public sealed class PoliciesTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly ScriptedUpstream[] _upstreams = [new("u0"), new("u1"), new("u2")];
    private readonly Member[] _members;

    public PoliciesTests()
    {
        var log = new LogEvents(NullLogger.Instance, _time);
        _members = [.. _upstreams.Select((upstream, index) => new Member(upstream, index, _time, () => 0.5, log))];
    }

    [Fact]
    public void Ordered_takes_the_first_that_is_well_and_nobody_twice()
    {
        var policy = new OrderedPolicy();
        Trial trial = NewTrial("a.test");
        _upstreams[0].Trouble = Failure;
        Assert.Equal(1, Choose(policy, trial, Candidates.Usable)?.Index);
        Assert.Equal(0, Choose(policy, trial, Candidates.All)?.Index);
        trial.NoteAttempt(_members[1], 0);
        Assert.Equal(2, Choose(policy, trial, Candidates.Usable)?.Index);
        trial.NoteAttempt(_members[2], 0);
        Assert.Null(Choose(policy, trial, Candidates.Usable));
        trial.NoteAttempt(_members[0], 0);
        Assert.Null(Choose(policy, trial, Candidates.All));
    }

    [Fact]
    public void Fastest_takes_the_faster_of_two_and_comes_back_to_one_that_was_slow_long_ago()
    {
        for (int i = 0; i < 50; i++)
        {
            _members[0].NoteAnswer(TimeSpan.FromMilliseconds(20));
            _members[1].NoteAnswer(TimeSpan.FromMilliseconds(5));
            _members[2].NoteAnswer(TimeSpan.FromMilliseconds(50));
        }
        var random = new Random(1);
        var policy = new FastestPolicy(random.NextDouble);
        int[] chosen = [.. Enumerable.Range(0, 3000).Select(_ => Choose(policy, NewTrial("a.test"), Candidates.Usable)!.Index)];
        Assert.InRange(chosen.Count(index => index == 1), 1500, 2500);
        Assert.DoesNotContain(2, chosen);

        _time.Advance(TimeSpan.FromMinutes(10));
        _members[0].NoteAnswer(TimeSpan.FromMilliseconds(20));
        _members[1].NoteAnswer(TimeSpan.FromMilliseconds(5));
        Assert.Contains(2, Enumerable.Range(0, 100).Select(_ => Choose(policy, NewTrial("a.test"), Candidates.Usable)!.Index));
    }

    [Fact]
    public void Fastest_takes_the_only_one_that_is_left()
    {
        _upstreams[0].Trouble = _upstreams[2].Trouble = Failure;
        Assert.Equal(1, Choose(new FastestPolicy(() => 0.99), NewTrial("a.test"), Candidates.Usable)?.Index);
    }

    [Theory]
    [InlineData("a.example.com", "B.b.EXAMPLE.com")]
    [InlineData("example.com", "www.example.com")]
    [InlineData("com", "com")]
    [InlineData(".", ".")]
    public void Spread_keeps_a_domain_together(string one, string other)
    {
        var policy = new SpreadPolicy();
        Assert.Equal(Choose(policy, NewTrial(one), Candidates.Usable)?.Index, Choose(policy, NewTrial(other), Candidates.Usable)?.Index);
    }

    [Fact]
    public void Spread_spreads_and_gives_the_domains_of_one_that_is_ill_to_others()
    {
        var policy = new SpreadPolicy();
        int[] before = [.. Enumerable.Range(0, 900).Select(i => Choose(policy, NewTrial($"www.d{i}.test"), Candidates.Usable)!.Index)];
        Assert.All([0, 1, 2], index => Assert.InRange(before.Count(chosen => chosen == index), 200, 400));
        _upstreams[1].Trouble = Failure;
        int[] after = [.. Enumerable.Range(0, 900).Select(i => Choose(policy, NewTrial($"www.d{i}.test"), Candidates.Usable)!.Index)];
        Assert.DoesNotContain(1, after);
        Assert.All(before.Zip(after).Where(pair => pair.First != 1), pair => Assert.Equal(pair.First, pair.Second));
    }

    private static DotProxy.Resolution.Failure Failure { get; } = new(DotProxy.Dns.ExtendedErrorCode.NetworkError, "gone");

    private Member? Choose(IPolicy policy, Trial trial, Candidates candidates) => policy.Choose(_members, trial.Asked.Question, trial, candidates);

    private static Trial NewTrial(string name)
    {
        var trial = new Trial();
        trial.Begin(new FakeQuery(name));
        return trial;
    }
}
