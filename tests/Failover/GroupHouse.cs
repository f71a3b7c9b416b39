using DotProxy.Failover;
using DotProxy.Resolution;
using DotProxy.Telemetry;
using DotProxy.Tests.Fakes;
using Microsoft.Extensions.Time.Testing;

namespace DotProxy.Tests.Failover;

/// <summary>A group over scripted upstreams, with a clock that the test moves.</summary>
internal sealed class GroupHouse : IDisposable
{
    public GroupHouse(int upstreams = 3)
    {
        Upstreams = [.. Enumerable.Range(0, upstreams).Select(index => new ScriptedUpstream($"u{index}"))];
        Group = new UpstreamGroup(Upstreams, new OrderedPolicy(), Time, Counters, new LogEvents(Log, Time));
    }

    public ScriptedUpstream[] Upstreams { get; }

    public FakeTimeProvider Time { get; } = new();

    public Counters Counters { get; } = new();

    public RecordingLogger Log { get; } = new();

    public UpstreamGroup Group { get; }

    public FakeQuery Ask(string name = "a.test")
    {
        var query = new FakeQuery(name, deadline: Time.GetTimestamp() + (4 * Time.TimestampFrequency));
        Group.Resolve(query, new SinkSet());
        Group.Flush();
        return query;
    }

    /// <summary>In steps that the sweep follows.</summary>
    public void Pass(TimeSpan time)
    {
        for (TimeSpan step = TimeSpan.FromMilliseconds(25), passed = TimeSpan.Zero; passed < time; passed += step) Time.Advance(step);
    }

    /// <summary>Lets everything fail that is under way, and what is asked for it elsewhere.</summary>
    public void Drain()
    {
        while (Array.Find(Upstreams, upstream => upstream.Pending > 0) is { } upstream) upstream.Fail("drained");
    }

    public static int RcodeOf(FakeQuery query) => query.Reply.IsCompleted ? Wire.Rcode(query.Reply.Result) : -1;

    public void Dispose() => Group.Dispose();
}
