using DotProxy.Dns;
using DotProxy.Resolution;
using DotProxy.Tests.Caching;
using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.Resolution;

public sealed class RoutingResolverTests
{
    private readonly NextStage _others = new(), _lan = new(), _lab = new();
    private readonly RoutingResolver _resolver;

    public RoutingResolverTests()
    {
        Route lan = new(_lan), lab = new(_lab);
        var routes = new NameMap<Route>();
        routes.Add(Messages.Name("lan"), lan);
        routes.Add(Messages.Name("lab.lan"), lab);
        routes.Add(Messages.Name("168.192.in-addr.arpa"), lan);
        _resolver = new RoutingResolver(_others, routes, [lan, lab]);
    }

    [Theory]
    [InlineData("lan", "lan")]
    [InlineData("nas.LAN", "lan")]
    [InlineData("5.1.168.192.in-addr.arpa", "lan")]
    [InlineData("lab.lan", "lab")]
    [InlineData("a.b.Lab.Lan", "lab")]
    [InlineData("collab.lan", "lan")]
    [InlineData("wlan", "others")]
    [InlineData("lan.example", "others")]
    [InlineData("www.example.com", "others")]
    [InlineData(".", "others")]
    public void The_longest_zone_wins_whatever_the_letter_case(string name, string way)
    {
        var query = new FakeQuery(name);
        _resolver.Resolve(query, new SinkSet());
        Assert.Equal((way == "others" ? 1 : 0, way == "lan" ? 1 : 0, way == "lab" ? 1 : 0), (_others.Asked, _lan.Asked, _lab.Asked));
    }

    [Fact]
    public void An_outage_is_told_to_those_whom_it_concerns()
    {
        _others.Outage = Failure.QueueFull;
        Assert.Same(Failure.QueueFull, _resolver.Outage);
        Assert.Null(_resolver.OutageFor(Messages.Question("nas.lan")));
        Assert.Same(Failure.QueueFull, _resolver.OutageFor(Messages.Question("www.example.com")));
        _lab.Outage = Failure.ShuttingDown;
        Assert.Same(Failure.ShuttingDown, _resolver.OutageFor(Messages.Question("x.lab.lan")));
    }

    [Fact]
    public void A_route_is_flushed_when_something_went_there_and_the_main_way_always()
    {
        _resolver.Flush();
        _resolver.Resolve(new FakeQuery("nas.lan"), new SinkSet());
        _resolver.Flush();
        _resolver.Flush();
        Assert.Equal((3, 1, 0), (_others.Flushes, _lan.Flushes, _lab.Flushes));
    }
}
