using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using DotProxy.Bench.Load;
using DotProxy.Bench.Systems;

namespace DotProxy.Bench.Measuring;

/// <summary>
/// One system in one round: a fresh upstream, the system before it, a warm-up, then every scenario. Owns both processes and
/// the directory.
/// </summary>
internal sealed class SystemRun : IDisposable
{
    private const double WarmUpSeconds = 0.5;
    private const int ReadyTimeoutSeconds = 20;
    private const int ProbeMilliseconds = 20;

    private readonly RunOptions _options;
    private readonly Forwarder _forwarder;
    private readonly int _round;
    private readonly string _directory = Directory.CreateTempSubdirectory("dotproxy-bench.").FullName;
    private readonly int _port = FreePort();
    private readonly ChildProcess _upstream;
    private readonly ChildProcess _system;

    public SystemRun(RunOptions options, Forwarder forwarder, int round)
    {
        _options = options;
        _forwarder = forwarder;
        _round = round;
        _upstream = ChildProcess.StartOwn(
            options.Cores.Upstream, ["upstream", "--listen", "127.0.0.1:0", "--certificate", options.Certificate, "--key", options.Key]);
        int upstreamPort = int.Parse(_upstream.ReadLine(), CultureInfo.InvariantCulture);
        var place = new Place(_directory, _port, upstreamPort, options.UpstreamName, options.CaFile);
        _system = ChildProcess.StartServer(options.Cores.System, forwarder.Prepare(place), _directory);
    }

    /// <summary>Measures every scenario; <paramref name="report"/> is given each as it is done.</summary>
    public MemoryUse MeasureAll(Action<Outcome> report)
    {
        WaitUntilReady();
        double idle = Memory("VmRSS"), warm = 0;
        Meter(WarmUpSeconds).Measure(Scenario.All[0].Plans[^1]);
        foreach (Scenario scenario in Scenario.All)
        {
            _upstream.Ask(string.Create(CultureInfo.InvariantCulture, $"delay {scenario.DelayMilliseconds}"));
            Measurement[] tried = [.. scenario.Plans.Select(Meter(_options.Seconds).Measure)];
            if (_system.HasExited) throw new BenchException($"{_forwarder.Name} ended during {scenario.Name}: {Log()}");
            report(Outcome.Choose(_forwarder.Name, _round, scenario.Name, tried));
            if (warm == 0) warm = Memory("VmRSS");
        }
        return new MemoryUse(_forwarder.Name, _round, idle, warm, Memory("VmRSS"), Memory("VmHWM"));
    }

    public void Dispose()
    {
        _system.Dispose();
        _upstream.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private Meter Meter(double seconds) => new(_options.Cores, _system, _upstream, _port, seconds, _options.MayRepeat);

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
