using System.Text;
using System.Text.Json;
using CsCheck;
using DotProxy.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace DotProxy.Tests.Telemetry;

public sealed class LogFormatterTests
{
    private static readonly FakeTimeProvider s_time = new(new DateTimeOffset(2031, 2, 3, 4, 5, 6, 7, TimeSpan.Zero));

    [Theory]
    [InlineData(LogLevel.Debug, "2031-02-03T04:05:06.007Z debug hello\n")]
    [InlineData(LogLevel.Information, "2031-02-03T04:05:06.007Z info  hello\n")]
    [InlineData(LogLevel.Warning, "2031-02-03T04:05:06.007Z warn  hello\n")]
    [InlineData(LogLevel.Error, "2031-02-03T04:05:06.007Z error hello\n")]
    public void Text_is_time_level_and_message(LogLevel level, string expected) => Assert.Equal(expected, Format(asJson: false, level, "hello"));

    [Fact]
    public void Text_says_how_many_lines_were_lost() =>
        Assert.EndsWith("hello (3 lines before this one were lost)\n", Format(asJson: false, LogLevel.Error, "hello", dropped: 3), StringComparison.Ordinal);

    [Fact]
    public void Json_is_one_object_with_the_events_fields_in_their_types()
    {
        JsonElement line = Json(
            "connected", [new("Upstream", "dns.example"), new("Milliseconds", 12L), new("Attempts", 3), new("Cause", null), new("{OriginalFormat}", "connected {x}")]);
        Assert.Equal("2031-02-03T04:05:06.007Z", line.GetProperty("time").GetString());
        Assert.Equal("warn", line.GetProperty("level").GetString());
        Assert.Equal(7, line.GetProperty("id").GetInt32());
        Assert.Equal("Name", line.GetProperty("event").GetString());
        Assert.Equal("connected", line.GetProperty("message").GetString());
        Assert.Equal("dns.example", line.GetProperty("upstream").GetString());
        Assert.Equal(12, line.GetProperty("milliseconds").GetInt64());
        Assert.Equal(3, line.GetProperty("attempts").GetInt32());
        Assert.Equal(JsonValueKind.Null, line.GetProperty("cause").ValueKind);
        Assert.Equal(9, line.EnumerateObject().Count());
    }

    [Fact]
    public void An_exception_and_lost_lines_are_told_in_both()
    {
        var exception = new InvalidOperationException("broken");
        Assert.Contains(": System.InvalidOperationException: broken", Format(asJson: false, LogLevel.Error, "hello", exception), StringComparison.Ordinal);
        JsonElement line = JsonDocument.Parse(Format(asJson: true, LogLevel.Error, "hello", exception, 3)).RootElement;
        Assert.Contains("broken", line.GetProperty("exception").GetString(), StringComparison.Ordinal);
        Assert.Equal(3, line.GetProperty("linesLostBefore").GetInt32());
    }

    // What others wrote, a certificate's subject or an upstream's error, must forge neither a line nor what a terminal shows.
    [Theory]
    [InlineData("a\nb")]
    [InlineData("a\r\n2031-02-03T04:05:06.007Z error forged")]
    [InlineData("a\u0085b\u2028c\u2029d\fe")]
    [InlineData("a\vb")]
    [InlineData("a\u001b[2K\u001b[1Ab")]
    [InlineData("a\b\b\bb\0")]
    [InlineData("a\u007fb\u009b2Kc")]
    public void Foreign_text_forges_no_line_and_drives_no_terminal(string message)
    {
        foreach (bool asJson in (bool[])[false, true])
        {
            string line = Format(asJson, LogLevel.Warning, message, new InvalidOperationException(message));
            Assert.EndsWith("\n", line, StringComparison.Ordinal);
            Assert.DoesNotContain(line[..^1], character => char.IsControl(character) || character is '\u2028' or '\u2029');
        }
    }

    [Fact]
    public void Any_text_is_one_line_and_comes_back_from_json() =>
        Gen.Select(Gen.String[0, 60], Gen.String[0, 60]).Sample((message, value) =>
        {
            string text = Format(asJson: false, LogLevel.Warning, message);
            byte[] json = new LogFormatter(asJson: true, s_time).Format(LogLevel.Warning, new EventId(7, "Name"), message, [new("Value", value)], null, 0);
            JsonElement line = JsonDocument.Parse(json).RootElement;
            return text.Count(character => character == '\n') == 1 && json.AsSpan().IndexOf((byte)'\n') == json.Length - 1
                && line.GetProperty("message").GetString() == WellFormed(message) && line.GetProperty("value").GetString() == WellFormed(value);
        }, iter: 2_000);

    private static string WellFormed(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    private static JsonElement Json(string message, KeyValuePair<string, object?>[] fields) =>
        JsonDocument.Parse(new LogFormatter(asJson: true, s_time).Format(LogLevel.Warning, new EventId(7, "Name"), message, fields, null, 0)).RootElement;

    private static string Format(bool asJson, LogLevel level, string message, Exception? exception = null, int dropped = 0) =>
        Encoding.UTF8.GetString(new LogFormatter(asJson, s_time).Format(level, new EventId(7, "Name"), message, [], exception, dropped));
}
