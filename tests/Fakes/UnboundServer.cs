using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace DotProxy.Tests.Fakes;

/// <summary>Debian's Unbound as a resolver over TLS or HTTPS on loopback, authoritative for a few names; a real part, not a fake.</summary>
internal sealed class UnboundServer : IAsyncDisposable
{
    private readonly DirectoryInfo _directory;

    private readonly bool _isHttps;

    private UnboundServer(BackgroundProcess process, DirectoryInfo directory, int port, int plainPort, bool isHttps)
    {
        _isHttps = isHttps;
        Process = process;
        _directory = directory;
        Port = port;
        PlainPort = plainPort;
    }

    public BackgroundProcess Process { get; private set; }

    public int Port { get; }

    /// <summary>Where it answers in clear, over UDP and TCP.</summary>
    public int PlainPort { get; }

    public string Spec => _isHttps ? $"https://127.0.0.1:{Port}/dns-query#dot.test" : $"tls://127.0.0.1:{Port}#dot.test";

    public static async Task<UnboundServer> StartAsync(bool isHttps = false)
    {
        DirectoryInfo directory = Directory.CreateTempSubdirectory("dotproxy-unbound-");
        for (int attempt = 1; ; attempt++)
        {
            int port = PickPort(), plainPort = PickPort();
            BackgroundProcess process = Launch(directory, port, plainPort, isHttps);
            try
            {
                await process.WaitForLineAsync("start of service");
                return new UnboundServer(process, directory, port, plainPort, isHttps);
            }
            catch (InvalidOperationException) when (attempt < 5)
            {
                // Somebody took the port between the look and the bind.
                await process.DisposeAsync();
            }
        }
    }

    /// <summary>Ends it with SIGTERM and starts it again on the same port after <paramref name="pause"/>.</summary>
    public async Task RestartAsync(TimeSpan pause)
    {
        await Process.SignalAsync("TERM");
        await Process.WaitForExitAsync();
        await Process.DisposeAsync();
        await Task.Delay(pause);
        Process = Launch(_directory, Port, PlainPort, _isHttps);
        await Process.WaitForLineAsync("start of service");
    }

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    private static BackgroundProcess Launch(DirectoryInfo directory, int port, int plainPort, bool isHttps)
    {
        string configuration = Path.Combine(directory.FullName, "unbound.conf");
        File.WriteAllText(configuration, string.Create(CultureInfo.InvariantCulture, $"""
            server:
              directory: "{directory.FullName}"
              chroot: ""
              username: ""
              pidfile: ""
              use-syslog: no
              verbosity: 1
              interface: 127.0.0.1@{port}
              interface: 127.0.0.1@{plainPort}
              {(isHttps ? "https-port" : "tls-port")}: {port}
              http-endpoint: "/dns-query"
              tls-service-key: "{TestCertificates.File("good.key")}"
              tls-service-pem: "{TestCertificates.File("good.pem")}"
              local-zone: "yahoo.com." static
              local-data: "yahoo.com. 300 IN A 192.0.2.7"
              local-data: "yahoo.com. 300 IN AAAA 2001:db8::7"
              local-data: "yahoo.com. 300 IN MX 10 mail.yahoo.com."
              local-zone: "test." redirect
              local-data: "test. 300 IN A 192.0.2.1"
              local-zone: "lan." static
              local-data: "nas.lan. 300 IN A 192.168.1.5"
              local-data: "big.lan. 300 IN TXT {new string('1', 255)} {new string('2', 255)} {new string('3', 255)} {new string('4', 255)} {new string('5', 255)} {new string('6', 255)}"
              local-zone: "168.192.in-addr.arpa." static
              local-data-ptr: "192.168.1.5 300 nas.lan"
            remote-control:
              control-enable: no

            """));
        return new BackgroundProcess("unbound", ["-d", "-c", configuration]);
    }

    private static int PickPort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
