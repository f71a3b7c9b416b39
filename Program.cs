using DotProxy.Caching;
using DotProxy.Configuration;
using DotProxy.Control;
using DotProxy.Failover;
using DotProxy.Listeners;
using DotProxy.LocalNames;
using DotProxy.Resolution;
using DotProxy.Telemetry;
using DotProxy.Upstreams;

//    UDP loop ──┐                                                     ┌─ bounded channel ─ workers ═ TLS streams ═▶ upstream :853
//               ├─ screen ─ local ─ cache ─ routes ─ failover, hedging ┤
//    TCP loop ──┘ (local names and hits       │                       └─ bounded channel ─ workers ═ TLS streams ═▶ another one
//                  are answered in the loop)  └─▶ servers of routed zones

SocketEvents.Configure();
try
{
    if (args is [CacheCommand.Word, .. string[] words]) return CacheCommand.Run(words, Environment.GetEnvironmentVariable);
    ProxyOptions? options = CommandLine.Parse(args, Environment.GetEnvironmentVariable, out string print);
    if (options is null) return Terminal.Print(print);
    TimeProvider time = TimeProvider.System;
    var counters = new Counters();
    await using var writer = new LogWriter(Terminal.Output, options.LogLevel, asJson: options.LogFormat == LogFormat.Json, time);
    var log = new LogEvents(writer, time);
    HostsFile? hosts = HostsFile.Load(options.HostsFile, options.NameOf(Settings.Hosts));
    TlsIdentity identity = TlsIdentity.Load(options, Environment.GetEnvironmentVariable, time.GetUtcNow());
    string[] warnings = [.. UnknownVariables.Warnings(Environment.GetEnvironmentVariables()), .. identity.Warnings(time.GetUtcNow())];
    if (options.Report is not null) ControlSocket.Check(options);
    if (options.Report is { } report) return Terminal.Print(EffectiveConfiguration.Render(report, [.. warnings, .. hosts?.Warnings() ?? []]));
    using ListenerSockets sockets = ListenerSockets.Bind(options, udpSocketsPerAddress: Environment.ProcessorCount);
    using var stop = new StopSignal();
    using var controlSocket = ControlSocket.Bind(options);
    // Not before everything is there that can end the start: a start that fails is one line.
    log.Starting(CommandLine.Version, string.Join(", or ", options.Upstreams), identity.Description);
    sockets.Announce(log);
    hosts?.Announce(log);
    foreach (string warning in warnings) log.StartWarning(warning);

    IUpstream[] each = [.. options.Upstreams.Select(spec => UpstreamWorkers.Start(spec, options, identity, time, counters, log))];
    IUpstream group = UpstreamGroup.Of(each, options.Policy, time, counters, log);
    using RoutedUpstreams upstreams = RoutedUpstreams.Start(options, identity, group, time, counters, log);
    using CacheStage? cache = CacheStage.Before(upstreams.Resolver, options, time, counters, log);
    using var signals = new CacheSignals(cache?.Control, log);
    using ControlServer? control = ControlServer.Start(controlSocket, new CacheRequests(cache?.Control, log), time, log);
    var local = new LocalResolver(cache?.Resolver ?? upstreams.Resolver, new LocalTable(hosts, [.. options.Routes.Select(route => route.Zone)]), counters);
    using var listeners = new ListenerLoops(sockets, local, options.Timeout, time, counters, log);
    listeners.Start();
    using NetworkChanges? network = NetworkChanges.Watch(upstreams.NetworkChanged, time, log);
    log.Stopping(await stop.WaitAsync());
    await listeners.StopAsync();
    await upstreams.StopAsync();
    await listeners.FinishAsync();
    log.Stopped();
    return 0;
}
catch (StartException fault)
{
    return Terminal.Refuse(fault.Message);
}
