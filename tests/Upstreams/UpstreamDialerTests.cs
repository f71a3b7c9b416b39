using System.Net;
using DotProxy.Configuration;
using DotProxy.Resolution;
using DotProxy.Telemetry;
using DotProxy.Tests.Fakes;
using DotProxy.Upstreams;
using Microsoft.Extensions.Time.Testing;

namespace DotProxy.Tests.Upstreams;

/// <summary>The race of an upstream's addresses (RFC 8305). Its clock stands still until a test moves it.</summary>
public sealed class UpstreamDialerTests
{
    private static readonly TimeSpan s_attemptTimeout = TimeSpan.FromSeconds(2);

    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private readonly Counters _counters = new();
    private readonly RecordingLogger _log = new();

    [Fact]
    public async Task An_address_that_is_silent_has_a_quarter_of_a_second_and_is_closed_when_another_wins()
    {
        using var hole = new BlackHole();
        await using var upstream = new FakeUpstream();
        Task<(UpstreamConnection? Connection, Failure? Failure)> dial = Dialer(hole.EndPoint, upstream.EndPoint).DialAsync(CancellationToken.None);
        await Condition.HoldsAsync(() => hole.Accepted == 1);

        _time.Advance(TimeSpan.FromMilliseconds(249));
        Assert.Equal(0, upstream.Accepted);
        Assert.False(dial.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        using UpstreamConnection? connection = (await dial).Connection;

        Assert.Equal($"fake at {upstream.EndPoint}", connection!.Name);
        await Condition.HoldsAsync(() => hole.Closed == 1);
        Assert.Equal(1, _counters.Connections.Value);
    }

    [Fact]
    public async Task An_address_that_refuses_costs_no_time()
    {
        await using var upstream = new FakeUpstream();
        UpstreamDialer dialer = Dialer(await RefusingAsync(), upstream.EndPoint);
        using UpstreamConnection? connection = (await dialer.DialAsync(CancellationToken.None)).Connection;
        Assert.Equal($"fake at {upstream.EndPoint}", connection!.Name);
        Assert.Null(dialer.LastFailure);
    }

    [Fact]
    public async Task The_address_that_last_worked_comes_first_the_next_time()
    {
        using var hole = new BlackHole();
        await using var upstream = new FakeUpstream();
        UpstreamDialer dialer = Dialer(hole.EndPoint, upstream.EndPoint);
        Task<(UpstreamConnection? Connection, Failure? Failure)> first = dialer.DialAsync(CancellationToken.None);
        await Condition.HoldsAsync(() => hole.Accepted == 1);
        _time.Advance(TimeSpan.FromMilliseconds(250));
        (await first).Connection!.Dispose();

        (await dialer.DialAsync(CancellationToken.None)).Connection!.Dispose();
        Assert.Equal((1, 2), (hole.Accepted, upstream.Accepted));
    }

    [Fact]
    public async Task One_address_with_a_wrong_certificate_does_not_speak_for_the_others()
    {
        await using var wrong = new FakeUpstream(certificate: "expired");
        await using var good = new FakeUpstream();
        using UpstreamConnection? connection = (await Dialer(wrong.EndPoint, good.EndPoint).DialAsync(CancellationToken.None)).Connection;
        Assert.Equal($"fake at {good.EndPoint}", connection!.Name);
    }

    [Fact]
    public async Task Where_all_fail_each_is_named_with_its_cause_and_those_with_the_same_cause_together()
    {
        await using var wrong = new FakeUpstream(certificate: "expired");
        IPEndPoint one = await RefusingAsync(), other = await RefusingAsync();
        (UpstreamConnection? connection, Failure? failure) = await Dialer(one, wrong.EndPoint, other).DialAsync(CancellationToken.None);

        Assert.Null(connection);
        Assert.StartsWith($"fake at {one}, {other}: connection refused; at {wrong.EndPoint}: certificate expired on ", failure!.Text, StringComparison.Ordinal);
        Assert.True(failure.CanBeRetried);
    }

    [Fact]
    public async Task Where_every_certificate_is_wrong_it_is_somebodys_to_put_right()
    {
        await using var one = new FakeUpstream(certificate: "expired");
        await using var other = new FakeUpstream(certificate: "expired");
        Failure? failure = (await Dialer(one.EndPoint, other.EndPoint).DialAsync(CancellationToken.None)).Failure;
        Assert.False(failure!.CanBeRetried);
    }

    [Fact]
    public async Task Silent_addresses_are_given_up_each_in_its_time()
    {
        using var one = new BlackHole();
        using var other = new BlackHole();
        UpstreamDialer dialer = Dialer(one.EndPoint, other.EndPoint);
        Task<(UpstreamConnection? Connection, Failure? Failure)> dial = dialer.DialAsync(CancellationToken.None);
        await Condition.HoldsAsync(() => one.Accepted == 1);
        TimeSpan stagger = TimeSpan.FromMilliseconds(250);
        _time.Advance(stagger);
        await Condition.HoldsAsync(() => other.Accepted == 1);
        _time.Advance(s_attemptTimeout - stagger);
        await Condition.HoldsAsync(() => dialer.LastFailure is not null);
        Assert.Equal($"fake at {one.EndPoint}: timed out", dialer.LastFailure!.Text);
        Assert.False(dial.IsCompleted);
        _time.Advance(stagger);

        Assert.Equal($"fake at {one.EndPoint}, {other.EndPoint}: timed out", (await dial).Failure!.Text);
        await Condition.HoldsAsync(() => one.Closed == 1 && other.Closed == 1);
    }

    [Fact]
    public async Task A_dial_that_nobody_wants_any_more_leaves_nothing_open()
    {
        using var hole = new BlackHole();
        using var cancellation = new CancellationTokenSource();
        Task<(UpstreamConnection? Connection, Failure? Failure)> dial = Dialer(hole.EndPoint, hole.EndPoint).DialAsync(cancellation.Token);
        await Condition.HoldsAsync(() => hole.Accepted == 1);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => dial);
        await Condition.HoldsAsync(() => hole.Closed == hole.Accepted);
    }

    private UpstreamDialer Dialer(params IPEndPoint[] addresses)
    {
        var identity = new TlsIdentity(TrustStore.Find(new GivenFile(TestCertificates.Authority, "--ca-file"), _ => null), null);
        return new UpstreamDialer(new UpstreamSpec("fake", addresses, "dot.test"), identity, s_attemptTimeout, _time, _counters, new LogEvents(_log, _time));
    }

    /// <summary>A port of loopback where somebody listened until now.</summary>
    private static async Task<IPEndPoint> RefusingAsync()
    {
        await using var gone = new FakeUpstream();
        return gone.EndPoint;
    }
}
