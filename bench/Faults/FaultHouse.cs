using System.Net;
using DotProxy.Bench.Measuring;
using DotProxy.Bench.Systems;

namespace DotProxy.Bench.Faults;

/// <summary>The proxy before three real upstreams, the first of which a fault will hit; in a network namespace of its own.</summary>
internal sealed class FaultHouse : IDisposable
{
    public const string FirstAddress = "10.53.0.1";

    private const int Dns = 53, DnsOverTls = 853, BehindRelay = 8853;

    private readonly RealServer[] _servers;
    private readonly ChildProcess _proxy;
    private readonly string _directory;

    public FaultHouse(string binary, string[] flags, FaultPlace place, bool throughRelay)
    {
        _directory = Path.Combine(place.Directory, "proxy");
        Directory.CreateDirectory(_directory);
        IPEndPoint first = new(IPAddress.Parse(FirstAddress), DnsOverTls), behind = new(IPAddress.Loopback, BehindRelay);
        string second = Tool.Find("kresd") is null ? "unbound" : "kresd", third = Tool.Find("dnsdist") is null ? "unbound" : "dnsdist";
        _servers =
        [
            new RealServer("unbound", 1, throughRelay ? behind : first, place),
            new RealServer(second, 2, new IPEndPoint(IPAddress.Parse("10.53.0.2"), DnsOverTls), place),
            new RealServer(third, 3, new IPEndPoint(IPAddress.Parse("10.53.0.3"), DnsOverTls), place),
        ];
        foreach (RealServer server in _servers) server.Start();
        Relay = throughRelay ? new Relay(first, behind) : null;
        string[] upstreams = ["10.53.0.1", "10.53.0.2", "10.53.0.3"];
        _proxy = ChildProcess.StartServer(
            place.Cores,
            [
                binary, "--listen", ProxyAddress.ToString(), "--ca-file", place.Authority, "--log-level", "debug",
                .. upstreams.SelectMany(address => (string[])["--upstream", $"tls://{address}#{place.UpstreamName}"]), .. flags,
            ],
            _directory);
    }

    public static IPEndPoint ProxyAddress { get; } = new(IPAddress.Loopback, Dns);

    public RealServer First => _servers[0];

    public Relay? Relay { get; }

    public int ProxyId => _proxy.Id;

    public IEnumerable<string> Programs => _servers.Select(server => server.Program);

    /// <summary>TLS connections that the proxy has made to the first upstream.</summary>
    public int Handshakes => ReadLog().Count(line => line.Contains(" debug connected to ", StringComparison.Ordinal) && line.Contains(FirstAddress + ":", StringComparison.Ordinal));

    public void Dispose()
    {
        _proxy.Dispose();
        Relay?.Dispose();
        foreach (RealServer server in _servers) server.Dispose();
    }

    private string[] ReadLog()
    {
        using var stream = new FileStream(Path.Combine(_directory, "log"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n');
    }
}
