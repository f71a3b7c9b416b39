using System.Net;
using DotProxy.Configuration;
using DotProxy.Failover;
using DotProxy.Listeners;
using DotProxy.Resolution;
using DotProxy.Telemetry;
using DotProxy.Upstreams;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace DotProxy.Tests.Fakes;

/// <summary>
/// The proxy put together as Program.cs does, in the test's own process: its DEBUG checks (leases, double completion) are on,
/// and its counters can be read.
/// </summary>
internal sealed class ProxyInProcess : IAsyncDisposable
{
    private readonly IUpstream _upstreams;
    private readonly ListenerSockets _sockets;
    private readonly ListenerLoops _listeners;

    public ProxyInProcess(FakeUpstream upstream, int connections = 2, double timeoutSeconds = 4, int queue = 16384, ILogger? logger = null, bool keepWarm = false)
        : this([upstream.Spec], connections, timeoutSeconds, queue, logger, keepWarm: keepWarm)
    {
    }

    public ProxyInProcess(
        string[] specs, int connections = 2, double timeoutSeconds = 4, int queue = 16384, ILogger? logger = null, Policy policy = Policy.Ordered,
        bool keepWarm = false)
    {
        var options = new ProxyOptions
        {
            Listen = [new IPEndPoint(IPAddress.Loopback, 0)],
            Upstreams = [.. specs.Select(Parse)],
            Policy = policy,
            CaFile = TestCertificates.Authority,
            KeepWarm = keepWarm,
            Connections = connections,
            QueueCapacity = queue,
            Timeout = TimeSpan.FromSeconds(timeoutSeconds),
        };
        var log = new LogEvents(logger ?? NullLogger.Instance, TimeProvider.System);
        TlsIdentity identity = TlsIdentity.Load(options, _ => null, DateTimeOffset.UtcNow);
        IUpstream[] each = [.. options.Upstreams.Select(spec => UpstreamWorkers.Start(spec, options, identity, TimeProvider.System, Counters, log))];
        _upstreams = UpstreamGroup.Of(each, policy, TimeProvider.System, Counters, log);
        _sockets = ListenerSockets.Bind(options, udpSocketsPerAddress: 2);
        _listeners = new ListenerLoops(_sockets, _upstreams, options.Timeout, TimeProvider.System, Counters, log);
        _listeners.Start();
        EndPoint = (IPEndPoint)_sockets.Tcp[0].LocalEndPoint!;
    }

    public Counters Counters { get; } = new();

    public IPEndPoint EndPoint { get; }

    public int Pending => _upstreams.Pending;

    /// <summary>Stops as Program.cs does. A query that was never completed, or was twice, fails here.</summary>
    public async ValueTask DisposeAsync()
    {
        await _listeners.StopAsync();
        await _upstreams.StopAsync(IUpstream.DrainTime);
        await _listeners.FinishAsync();
        _upstreams.Dispose();
        _listeners.Dispose();
        _sockets.Dispose();
    }

    private static UpstreamSpec Parse(string text)
    {
        Assert.True(UpstreamSpec.TryParse(text, out UpstreamSpec? spec, out string error), error);
        return spec;
    }
}
