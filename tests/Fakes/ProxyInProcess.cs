using System.Net;
using DotProxy.Configuration;
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
    private readonly UpstreamWorkers _workers;
    private readonly ListenerSockets _sockets;
    private readonly ListenerLoops _listeners;

    public ProxyInProcess(FakeUpstream upstream, int connections = 2, double timeoutSeconds = 4, int queue = 16384, ILogger? logger = null)
    {
        Assert.True(UpstreamSpec.TryParse(upstream.Spec, out UpstreamSpec? spec, out string error), error);
        var options = new ProxyOptions
        {
            Listen = [new IPEndPoint(IPAddress.Loopback, 0)],
            Upstreams = [spec],
            CaFile = TestCertificates.Authority,
            Connections = connections,
            QueueCapacity = queue,
            Timeout = TimeSpan.FromSeconds(timeoutSeconds),
        };
        var log = new LogEvents(logger ?? NullLogger.Instance, TimeProvider.System);
        var channel = new QueryChannel(options.QueueCapacity, Counters, log);
        _workers = UpstreamWorkers.Start(options, TlsIdentity.Load(options, _ => null), channel, TimeProvider.System, Counters, log);
        channel.DrainInto(_workers);
        _sockets = ListenerSockets.Bind(options, udpSocketsPerAddress: 2);
        _listeners = new ListenerLoops(_sockets, channel, options.Timeout, TimeProvider.System, Counters, log);
        _listeners.Start();
        EndPoint = (IPEndPoint)_sockets.Tcp[0].LocalEndPoint!;
    }

    public Counters Counters { get; } = new();

    public IPEndPoint EndPoint { get; }

    public int Pending => _workers.Pending;

    /// <summary>Stops as Program.cs does. A query that was never completed, or was twice, fails here.</summary>
    public async ValueTask DisposeAsync()
    {
        await _listeners.StopAsync();
        await _workers.StopAsync();
        await _listeners.FinishAsync();
        _workers.Dispose();
        _listeners.Dispose();
        _sockets.Dispose();
    }
}
