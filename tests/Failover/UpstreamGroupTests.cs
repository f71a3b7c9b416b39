using CsCheck;
using DotProxy.Dns;
using DotProxy.Resolution;
using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.Failover;

public sealed class UpstreamGroupTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);
    private static readonly Failure s_gone = new(ExtendedErrorCode.NetworkError, "u0: connection refused");

    private static readonly Gen<(int Step, int Upstream, int Kind)[]> s_steps = Gen.Select(Gen.Int[0, 4], Gen.Int[0, 2], Gen.Int[0, 3]).Array[1, 120];

    [Fact]
    public void The_first_gets_the_query_and_its_answer_is_passed_on()
    {
        using var house = new GroupHouse();
        FakeQuery query = house.Ask();
        Assert.Equal((1, 1, 0), (house.Upstreams[0].Asked, house.Upstreams[0].Flushes, house.Upstreams[1].Flushes));
        house.Upstreams[0].Answer();
        Assert.Equal((0, 1, 0), (GroupHouse.RcodeOf(query), query.Completions, house.Group.Pending));
    }

    [Fact]
    public void A_failure_goes_on_to_the_next_at_once_and_the_first_error_is_told_when_none_is_better()
    {
        using var house = new GroupHouse();
        FakeQuery query = house.Ask();
        house.Upstreams[0].Fail("closed");
        Assert.Equal((1, 1), (house.Upstreams[1].Asked, house.Upstreams[1].Flushes));
        house.Upstreams[1].Answer(Rcode.Refused);
        Assert.Equal(-1, GroupHouse.RcodeOf(query));
        house.Upstreams[2].Answer(Rcode.ServerFailure);
        Assert.Equal(((int)Rcode.Refused, 1), (GroupHouse.RcodeOf(query), query.Completions));
    }

    [Fact]
    public void After_a_second_the_next_is_asked_too_and_whoever_answers_first_wins()
    {
        using var house = new GroupHouse();
        FakeQuery query = house.Ask();
        house.Pass(s_second - TimeSpan.FromMilliseconds(50));
        Assert.Equal(0, house.Upstreams[1].Asked);
        house.Pass(TimeSpan.FromMilliseconds(75));
        Assert.Equal((1, 1, 1L), (house.Upstreams[1].Asked, house.Upstreams[1].Flushes, house.Counters.FailedOver.Value));
        house.Upstreams[0].Answer(Rcode.ServerFailure);
        Assert.Equal(-1, GroupHouse.RcodeOf(query));
        house.Upstreams[1].Answer();
        Assert.Equal((0, 1), (GroupHouse.RcodeOf(query), query.Completions));
    }

    [Fact]
    public void A_trouble_found_while_queries_wait_moves_them_on_without_waiting_for_the_second()
    {
        using var house = new GroupHouse();
        FakeQuery query = house.Ask();
        house.Upstreams[0].Trouble = s_gone;
        house.Pass(TimeSpan.FromMilliseconds(25));
        house.Upstreams[1].Answer();
        Assert.Equal(0, GroupHouse.RcodeOf(query));
        house.Upstreams[0].Fail("deadline");
    }

    [Fact]
    public void One_that_fell_silent_is_left_out_said_so_once_and_asked_again_when_a_probe_is_answered()
    {
        using var house = new GroupHouse();
        house.Ask();
        house.Upstreams[0].Silent = true;
        house.Pass(TimeSpan.FromMilliseconds(25));
        house.Upstreams[1].Answer();
        house.Ask("b.test");
        Assert.Equal((1, 2), (house.Upstreams[0].Asked, house.Upstreams[1].Asked));

        // The first probe comes within a quarter of a second, the next one not before three eighths.
        house.Pass(TimeSpan.FromMilliseconds(300));
        Assert.Equal(2, house.Upstreams[0].Asked);
        house.Upstreams[0].Silent = false;
        house.Upstreams[0].Answer();
        house.Upstreams[0].Answer();
        house.Ask("c.test");
        Assert.Equal(3, house.Upstreams[0].Asked);
        Assert.Equal(["upstream left out: u0: no answer for 1000 ms; the others are asked until a probe is answered well", "upstream asked again: u0, after 0 s"], house.Log.Messages);
        house.Drain();
    }

    [Fact]
    public void Probes_of_one_that_stays_away_become_rare()
    {
        using var house = new GroupHouse();
        house.Upstreams[0].Silent = true;
        FakeQuery held = house.Ask("slow.test");
        house.Pass(TimeSpan.FromSeconds(60));
        Assert.InRange(house.Upstreams[0].Asked, 8, 30);
        house.Drain();
        Assert.Equal(1, held.Completions);
    }

    [Fact]
    public void Where_all_look_dead_all_are_tried_anyway()
    {
        using var house = new GroupHouse();
        foreach (ScriptedUpstream upstream in house.Upstreams) upstream.Trouble = s_gone;
        FakeQuery query = house.Ask();
        house.Upstreams[0].Fail("refused");
        house.Upstreams[1].Answer();
        Assert.Equal((0, 0), (GroupHouse.RcodeOf(query), house.Upstreams[2].Asked));
    }

    [Fact]
    public void An_outage_is_one_only_where_all_are_out()
    {
        using var house = new GroupHouse();
        house.Upstreams[0].Outage = house.Upstreams[1].Outage = s_gone;
        Assert.Null(house.Group.Outage);
        house.Upstreams[2].Outage = s_gone;
        Assert.Same(s_gone, house.Group.Outage);
    }

    [Fact]
    public void One_that_fails_inside_the_call_is_passed_over_inside_the_call()
    {
        using var house = new GroupHouse();
        house.Upstreams[0].AtOnce = Rcode.Refused;
        house.Upstreams[1].AtOnce = Rcode.NoError;
        FakeQuery query = house.Ask();
        Assert.Equal((0, 1, 0), (GroupHouse.RcodeOf(query), query.Completions, house.Group.Pending));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Where_all_fail_inside_the_call_as_with_full_queues_the_query_is_completed_all_the_same(int upstreams)
    {
        using var house = new GroupHouse(upstreams);
        foreach (ScriptedUpstream upstream in house.Upstreams) upstream.AtOnce = Rcode.ServerFailure;
        FakeQuery query = house.Ask();
        Assert.Equal(((int)Rcode.ServerFailure, 1, 0), (GroupHouse.RcodeOf(query), query.Completions, house.Group.Pending));
    }

    [Fact]
    public void Two_that_fail_at_the_same_moment_as_at_a_deadline_leave_no_query_behind()
    {
        using var house = new GroupHouse(upstreams: 2);
        using var together = new Barrier(2);
        var asked = new List<FakeQuery>();
        void FailAll(ScriptedUpstream upstream)
        {
            while (upstream.Pending > 0)
            {
                together.SignalAndWait(TestContext.Current.CancellationToken);
                upstream.Fail("deadline");
            }
        }

        for (int i = 0; i < 2000; i++) asked.Add(house.Ask());
        house.Time.Advance(s_second + TimeSpan.FromMilliseconds(25));
        Assert.Equal((2000, 2000), (house.Upstreams[0].Pending, house.Upstreams[1].Pending));
        Parallel.ForEach(house.Upstreams, FailAll);
        Assert.All(asked, query => Assert.Equal(1, query.Completions));
        Assert.Equal(0, house.Group.Pending);
    }

    [Fact]
    public void Whatever_happens_in_whatever_order_each_query_is_completed_once_and_a_useful_answer_is_not_lost() =>
        s_steps.Sample(
            steps =>
            {
                using var house = new GroupHouse();
                var asked = new List<FakeQuery>();
                foreach ((int step, int upstream, int kind) in steps)
                {
                    ScriptedUpstream one = house.Upstreams[upstream];
                    if (step == 0) asked.Add(house.Ask($"n{asked.Count}.test"));
                    else if (step == 1) house.Pass(TimeSpan.FromMilliseconds(50 << (2 * kind)));
                    else if (step == 2) one.Silent = kind == 0;
                    else if (step == 3) one.Trouble = kind == 0 ? s_gone : null;
                    else if (one.Pending > 0 && kind == 0) one.Fail("failed");
                    else if (one.Pending > 0) one.Answer(kind == 1 ? Rcode.ServerFailure : Rcode.NoError);
                }
                foreach (ScriptedUpstream upstream in house.Upstreams) (upstream.Silent, upstream.Trouble) = (false, null);
                house.Drain();
                Assert.All(asked, query => Assert.Equal(1, query.Completions));
                Assert.Equal(0, house.Group.Pending);
            }, iter: 300);
}
