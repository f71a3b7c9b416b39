using System.Reflection;
using System.Text.RegularExpressions;
using DotProxy.Telemetry;
using DotProxy.Tests.Fakes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace DotProxy.Tests.Telemetry;

public sealed partial class LogEventsTests
{
    private static readonly (MethodInfo Method, LoggerMessageAttribute Event)[] s_events =
        [.. typeof(LogEvents).GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .Select(method => (Method: method, Event: method.GetCustomAttribute<LoggerMessageAttribute>()!)).Where(pair => pair.Event is not null)];

    [Fact]
    public void Every_event_has_an_ID_of_its_own()
    {
        Assert.True(s_events.Length > 10);
        Assert.Equal(s_events.Length, s_events.Select(pair => pair.Event.EventId).Distinct().Count());
        Assert.All(s_events, pair => Assert.True(pair.Event.EventId > 0));
    }

    // A field of that name would be in the object twice.
    [Fact]
    public void No_placeholder_is_called_as_a_field_that_every_line_has()
    {
        string[] taken = ["time", "level", "id", "event", "message", "exception", "lineslostbefore"];
        Assert.All(s_events, pair => Assert.DoesNotContain(Placeholders(pair.Event), name => taken.Contains(name, StringComparer.OrdinalIgnoreCase)));
    }

    // RFC 9076: who asked what is nobody's business at the default level.
    [Fact]
    public void No_event_at_information_level_or_above_has_room_for_a_query_name_or_a_client()
    {
        string[] banned = ["name", "question", "query", "qname", "client", "peer", "remote", "source"];
        Assert.All(
            s_events.Where(pair => pair.Event.Level >= LogLevel.Information),
            pair => Assert.DoesNotContain(Placeholders(pair.Event), name => banned.Contains(name, StringComparer.OrdinalIgnoreCase)));
    }

    [Fact]
    public void What_comes_in_thousands_is_one_line_with_a_count()
    {
        var log = new RecordingLogger();
        var time = new FakeTimeProvider();
        var events = new LogEvents(log, time);
        for (int burst = 0; burst < 2; burst++)
        {
            for (int i = 0; i < 1000; i++)
            {
                events.QueueFull(64);
                events.TcpClientRefused("too many");
                events.Unexpected("here", new InvalidOperationException());
            }
            time.Advance(TimeSpan.FromSeconds(11));
        }
        Assert.Equal([30, 31, 90, 30, 31, 90], log.Lines.Select(line => line.Id));
        Assert.All(log.Messages.Skip(3), message => Assert.Contains("999 more since the last such line", message, StringComparison.Ordinal));
    }

    [Fact]
    public void Sentences_begin_small_and_end_without_a_full_stop() =>
        Assert.All(s_events, pair => Assert.Matches(@"^(\{|[a-z]|TCP|TLS|UDP).*[^.\s]$", pair.Event.Message));

    private static IEnumerable<string> Placeholders(LoggerMessageAttribute attribute) => Placeholder().Matches(attribute.Message).Select(match => match.Groups[1].Value);

    [GeneratedRegex(@"\{(\w+)[^}]*\}")]
    private static partial Regex Placeholder();
}
