using CsCheck;
using DotProxy.Control;
using DotProxy.Telemetry;
using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.Control;

public sealed class CacheRequestsTests
{
    private readonly RecordingLogger _log = new();
    private readonly FakeCache _cache = new() { Removes = 2 };

    [Fact]
    public void Figures_are_given()
    {
        ControlAnswer answer = Answer("figures");
        Assert.True(answer.IsDone);
        Assert.Contains("3 of 4 questions, 75.0 %", answer.Text, StringComparison.Ordinal);
        Assert.Empty(_cache.Asked);
    }

    [Fact]
    public void A_name_is_shown_and_flushed_as_it_is_on_the_wire()
    {
        Assert.Equal(new ControlAnswer(true, "nothing is held of a\\.b.test.\n"), Answer(@"show a\.b.test."));
        Assert.Equal(new ControlAnswer(true, "2 answers of c.test. removed\n"), Answer("flush c.test."));
        Assert.Equal([[3, (byte)'a', (byte)'.', (byte)'b', .. Messages.Name("test")], Messages.Name("c.test")], _cache.Asked);
    }

    [Fact]
    public void Everything_is_flushed()
    {
        Assert.Equal(new ControlAnswer(true, "2 answers removed\n"), Answer("flush-all"));
        Assert.Equal([null], _cache.Asked);
    }

    // RFC 9076: the log says that, not what.
    [Fact]
    public void A_flush_is_logged_without_the_name()
    {
        Answer("flush secret.test.");
        Answer("show secret.test.");
        Assert.Equal(["cache flushed: 2 answers removed"], _log.Messages);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("show")]
    [InlineData("flush")]
    [InlineData("show ")]
    [InlineData("flush  a.test.")]
    [InlineData("flush a.test. b.test.")]
    [InlineData("show a..b")]
    [InlineData("figures please")]
    [InlineData("flush-all now")]
    [InlineData("FLUSH-ALL")]
    [InlineData("GET / HTTP/1.1\r")]
    public void What_is_no_request_is_refused_and_does_nothing(string request)
    {
        Assert.False(Answer(request).IsDone);
        Assert.Empty(_cache.Asked);
    }

    [Fact]
    public void Without_a_cache_everything_is_refused_with_the_reason() =>
        Assert.Equal(ControlAnswer.Refused("this proxy keeps no cache (--cache-size 0)"), new CacheRequests(null, Events()).Answer("figures"));

    [Fact]
    public void No_line_is_one_to_fall_over() =>
        Gen.Select(Gen.OneOf(Gen.Const("show "), Gen.Const("flush "), Gen.Const("")), Gen.String).Sample((verb, rest) => Answer(verb + rest).Text.Length > 0);

    private ControlAnswer Answer(string request) => new CacheRequests(_cache, Events()).Answer(request);

    private LogEvents Events() => new(_log, TimeProvider.System);
}
