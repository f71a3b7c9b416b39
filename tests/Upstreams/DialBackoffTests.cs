using DotProxy.Dns;
using DotProxy.Resolution;
using DotProxy.Telemetry;
using DotProxy.Tests.Fakes;
using DotProxy.Upstreams;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace DotProxy.Tests.Upstreams;

public sealed class DialBackoffTests
{
    private static readonly Failure s_refused = new(ExtendedErrorCode.NetworkError, "dns.example: connection refused");
    private static readonly Failure s_wrongName = new(ExtendedErrorCode.NetworkError, "dns.example: wrong name", CanBeRetried: false);

    private readonly FakeTimeProvider _time = new();
    private readonly RecordingLogger _log = new();
    private double _jitter;

    [Fact]
    public void Pauses_double_up_to_a_bound_and_jitter_between_half_and_the_whole()
    {
        DialBackoff low = NewBackoff(), high = NewBackoff();
        double[] expected = [50, 100, 200, 400, 800, 1000, 1000, 1000, 1000];
        foreach (double milliseconds in expected)
        {
            _jitter = 0;
            Assert.Equal(milliseconds / 2, low.Failed(s_refused).TotalMilliseconds);
            _jitter = 1;
            Assert.Equal(milliseconds, high.Failed(s_refused).TotalMilliseconds);
        }
    }

    [Fact]
    public void An_outage_that_nobody_has_looked_at_for_long_is_none_until_the_next_dial_fails()
    {
        DialBackoff backoff = NewBackoff();
        backoff.Failed(s_wrongName);
        Assert.Same(s_wrongName, backoff.Refusal);
        backoff.Doubt();
        Assert.Null(backoff.Refusal);
        backoff.Failed(s_wrongName);
        Assert.Same(s_wrongName, backoff.Refusal);
    }

    [Fact]
    public void A_refused_certificate_is_looked_at_less_often_and_never_less_than_every_ten_seconds()
    {
        DialBackoff backoff = NewBackoff();
        _jitter = 1;
        for (int i = 0; i < 100; i++) Assert.InRange(backoff.Failed(s_wrongName).TotalSeconds, 0.05, 10);
        Assert.Equal(10, backoff.Failed(s_wrongName).TotalSeconds);
    }

    [Fact]
    public void Queries_wait_through_a_short_fault_and_are_refused_in_an_outage()
    {
        DialBackoff backoff = NewBackoff();
        backoff.Connected();
        AssertRefusesAfter(backoff, TimeSpan.FromSeconds(2));
    }

    [Fact]
    public void One_that_was_never_reached_is_waited_for_no_longer_than_a_second() => AssertRefusesAfter(NewBackoff(), TimeSpan.FromSeconds(1));

    [Fact]
    public void A_wrong_certificate_is_refused_at_once()
    {
        DialBackoff backoff = NewBackoff();
        backoff.Failed(s_wrongName);
        Assert.Same(s_wrongName, backoff.Refusal);
    }

    [Fact]
    public void Recovery_forgets_everything_and_the_pause_starts_small_again()
    {
        DialBackoff backoff = NewBackoff();
        _jitter = 1;
        for (int i = 0; i < 6; i++) backoff.Failed(s_refused);
        _time.Advance(TimeSpan.FromSeconds(7));
        backoff.Connected();
        Assert.Null(backoff.Refusal);
        Assert.Null(backoff.LastFailure);
        Assert.Equal(50, backoff.Failed(s_refused).TotalMilliseconds);
    }

    // A server that takes connections and closes them would otherwise be dialled without a pause for ever.
    [Fact]
    public void A_handshake_is_no_recovery_where_connections_died_silently_but_an_answer_is()
    {
        DialBackoff backoff = NewBackoff();
        backoff.Failed(s_refused, afterHandshake: true);
        backoff.Connected();
        Assert.Same(s_refused, backoff.LastFailure);
        _time.Advance(TimeSpan.FromSeconds(3));
        // Connections can be made: queries go on to be asked, or nobody would learn that they are answered again.
        Assert.Null(backoff.Refusal);
        backoff.Answered();
        Assert.Null(backoff.Refusal);
        Assert.Null(backoff.LastFailure);
    }

    [Fact]
    public void An_outage_is_told_once_then_once_a_minute_with_its_length_then_its_end()
    {
        DialBackoff backoff = NewBackoff();
        for (int second = 0; second <= 150; second++)
        {
            backoff.Failed(s_refused);
            _time.Advance(TimeSpan.FromSeconds(1));
        }
        backoff.Answered();

        Assert.Equal([21, 22, 22, 23], _log.Lines.Select(line => line.Id));
        Assert.Equal([LogLevel.Warning, LogLevel.Warning, LogLevel.Warning, LogLevel.Information], _log.Lines.Select(line => line.Level));
        string[] lines = [.. _log.Messages];
        Assert.Contains("dns.example: connection refused", lines[0], StringComparison.Ordinal);
        Assert.Contains("61 attempts failed in 60 s", lines[1], StringComparison.Ordinal);
        Assert.Contains("121 attempts failed in 120 s", lines[2], StringComparison.Ordinal);
        Assert.Contains("after 151 s and 151 failed attempts", lines[3], StringComparison.Ordinal);
    }

    [Fact]
    public void Where_nothing_was_wrong_nothing_is_told()
    {
        DialBackoff backoff = NewBackoff();
        backoff.Connected();
        backoff.Answered();
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public void One_that_comes_and_goes_is_a_line_every_ten_seconds_with_a_count()
    {
        DialBackoff backoff = NewBackoff();
        for (int tenths = 0; tenths < 250; tenths++)
        {
            backoff.Failed(s_refused);
            backoff.Connected();
            _time.Advance(TimeSpan.FromSeconds(0.1));
        }
        Assert.Equal([21, 23, 27, 21, 23, 27, 21, 23], _log.Lines.Select(line => line.Id));
        Assert.Contains("99 more times", _log.Messages.ElementAt(2), StringComparison.Ordinal);
    }

    // A short loss that nobody was told of may turn out to be a long one.
    [Fact]
    public void An_outage_that_began_in_a_burst_is_told_after_ten_seconds()
    {
        DialBackoff backoff = NewBackoff();
        backoff.Failed(s_refused);
        backoff.Connected();
        for (int second = 0; second < 15; second++)
        {
            backoff.Failed(s_refused);
            _time.Advance(TimeSpan.FromSeconds(1));
        }
        backoff.Connected();
        Assert.Equal([21, 23, 22, 23], _log.Lines.Select(line => line.Id));
    }

    private void AssertRefusesAfter(DialBackoff backoff, TimeSpan patience)
    {
        Assert.Null(backoff.Refusal);
        backoff.Failed(s_refused);
        Assert.Null(backoff.Refusal);
        Assert.Same(s_refused, backoff.LastFailure);
        _time.Advance(patience - TimeSpan.FromTicks(1));
        Assert.Null(backoff.Refusal);
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Same(s_refused, backoff.Refusal);
    }

    private DialBackoff NewBackoff() => new("dns.example", TimeSpan.FromSeconds(2), _time, () => _jitter, new LogEvents(_log, _time));
}
