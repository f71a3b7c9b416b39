using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using DotProxy.Bench.Load;
using DotProxy.Bench.Systems;

namespace DotProxy.Bench.Measuring;

/// <summary>
/// One start of a system in one round, its cache on or off: a fresh upstream, the system before it, then every scenario of that kind.
/// Owns both processes and the directory.
/// </summary>
internal sealed class SystemRun : IDisposable
{
    private const long Million = 1_000_000;
    private const int ReadyTimeoutSeconds = 20;
    private const int ProbeMilliseconds = 20;

    private readonly RunOptions _options;
    private readonly Forwarder _forwarder;
    private readonly int _round;
    private readonly bool _withCache;
    private readonly string _directory = Directory.CreateTempSubdirectory("dotproxy-bench.").FullName;
    private readonly int _port = FreePort();
    private readonly ChildProcess _upstream;
    private readonly ChildProcess _system;
    private readonly IReadOnlyList<Scenario> _scenarios;
    private readonly Meter _meter;

    public SystemRun(RunOptions options, Forwarder forwarder, int round, bool withCache)
    {
        _options = options;
        _forwarder = forwarder;
        _round = round;
        _withCache = withCache;
        _upstream = ChildProcess.StartOwn(
            options.Cores.Upstream, ["upstream", "--listen", "127.0.0.1:0", "--certificate", options.Certificate, "--key", options.Key]);
        int upstreamPort = int.Parse(_upstream.ReadLine(), CultureInfo.InvariantCulture);
        var place = new Place(_directory, _port, upstreamPort, options.UpstreamName, options.CaFile, withCache);
        _system = ChildProcess.StartServer(options.Cores.System, forwarder.Prepare(place), _directory);
        _meter = new Meter(options, _system, _upstream, _port);
        IReadOnlyList<Scenario> scenarios = withCache ? Scenario.WithCache : Scenario.WithoutCache;
        _scenarios = forwarder.Forwards ? scenarios : [.. scenarios.Where(scenario => scenario.HasFloor)];
    }

    /// <summary>Measures every scenario; <paramref name="report"/> is given each as it is done.</summary>
    public MemoryUse MeasureAll(Action<Outcome> report)
    {
        WaitUntilReady();
        double idle = Memory("VmRSS");
        foreach (Scenario scenario in _scenarios)
        {
            _upstream.Ask(string.Create(CultureInfo.InvariantCulture, $"delay {scenario.DelayMilliseconds}"));
            // The first warms more than the cache: connections, code, the upstream.
            if (scenario.Names != Names.Unique || scenario == _scenarios[0]) _meter.Run(LoadPlan.WarmUp(Scenario.HotNames, scenario.Transport));
            Measurement[] tried = [.. scenario.Plans.Select(plan => _meter.Measure(plan, scenario.NameFlags))];
            if (_system.HasExited) throw new BenchException($"{_forwarder.Name} ended during {scenario.Name}: {Log()}");
            report(Outcome.Choose(_forwarder.Name, _round, scenario.Name, tried));
        }
        return new MemoryUse(_forwarder.Name, _round, idle, AfterAMillion(), Memory("VmHWM"));
    }

    public void Dispose()
    {
        _system.Dispose();
        _upstream.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>Once is enough: how much a system keeps of a million names does not differ from round to round.</summary>
    private double AfterAMillion()
    {
        if (!_options.WithMillion || !_withCache || !_forwarder.Forwards || _round > 0) return 0;
        _upstream.Ask("delay 0");
        if (_meter.Distinct < Million) _meter.Run(LoadPlan.Distinct(Million - _meter.Distinct));
        return Memory("VmRSS");
    }

    private double Memory(string key) => ProcessTree.Memory(_system.Id, key);

    /// <summary>Asks until a right answer comes, which can only be from our upstream: the address is a hash of the name.</summary>
    private void WaitUntilReady()
    {
        var names = new LoadNames((ushort)_round);
        byte[] query = new byte[LoadNames.QueryLength], answer = new byte[1500];
        long start = Stopwatch.GetTimestamp();
        for (uint number = 0; Stopwatch.GetElapsedTime(start).TotalSeconds < ReadyTimeoutSeconds && !_system.HasExited; number++)
        {
            names.WriteQuery(query, id: (ushort)number, number);
            if (TryAsk(query, answer) is { } length && LoadNames.AnswersRightly(answer.AsSpan(0, length))) return;
        }
        throw new BenchException($"{_forwarder.Name} did not answer after its start: {Log()}");
    }

    private int? TryAsk(byte[] query, byte[] answer)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = ProbeMilliseconds };
        try
        {
            socket.Connect(IPAddress.Loopback, _port);
            socket.Send(query);
            return socket.Receive(answer);
        }
        catch (SocketException)
        {
            // Nothing listens yet, or nothing came in time. A refused port answers at once: do not spin.
            Kernel.Nap(ProbeMilliseconds * 1_000_000L);
            return null;
        }
    }

    private string Log()
    {
        string text = File.ReadAllText(Path.Combine(_directory, "log")).Trim();
        return text.Length == 0 ? "it said nothing" : text[^Math.Min(text.Length, 2000)..];
    }

    /// <summary>A port that is free for UDP and TCP at this moment; in the bench's own network namespace nobody else takes it.</summary>
    private static int FreePort()
    {
        while (true)
        {
            using var tcp = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            using var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            tcp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            try
            {
                udp.Bind(tcp.LocalEndPoint!);
                return ((IPEndPoint)tcp.LocalEndPoint!).Port;
            }
            catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // Taken for UDP only: the next one.
            }
        }
    }
}
