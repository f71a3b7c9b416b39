using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using DotProxy.Bench.Measuring;
using DotProxy.Bench.Systems;

namespace DotProxy.Bench.Faults;

/// <summary>What a server of this run answers.</summary>
internal enum Manner
{
    Well,
    ServerFailure,
    WithBadCertificate,
}

/// <summary>
/// A DNS-over-TLS server from Debian that answers every name with an address that tells which server it was. It can be killed, frozen and
/// started anew in another manner.
/// </summary>
internal sealed class RealServer(string program, int number, IPEndPoint address, FaultPlace place) : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private ChildProcess? _process;

    public string Program => program;

    public IPEndPoint Address => address;

    /// <summary>The address that its answers hold.</summary>
    public IPAddress Mark => IPAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"192.0.2.{number}"));

    public void Start(Manner manner = Manner.Well)
    {
        string directory = Path.Combine(place.Directory, $"{program}{number}");
        Directory.CreateDirectory(directory);
        string certificate = manner == Manner.WithBadCertificate ? "bad" : "upstream";
        (string file, string text, string[] command) = program switch
        {
            "kresd" => Knot(certificate),
            "dnsdist" => Dnsdist(certificate),
            _ => Unbound(certificate, directory, manner),
        };
        File.WriteAllText(Path.Combine(directory, file), text);
        _process = ChildProcess.StartServer(place.Cores, [Tool.Find(program)!, .. command], directory);
        WaitUntilItListens(directory);
    }

    public void Kill()
    {
        if (_process is { } process) Kernel.Signal(process.Id, Kernel.Kill);
        _process?.Dispose();
        _process = null;
    }

    public void Freeze() => Kernel.Signal(_process!.Id, Kernel.Stop);

    public void Thaw() => Kernel.Signal(_process!.Id, Kernel.Continue);

    public void Dispose() => Kill();

    private void WaitUntilItListens(string directory)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Connect(address);
                return;
            }
            catch (SocketException) when (!_process!.HasExited && Stopwatch.GetElapsedTime(start) < s_patience)
            {
                Kernel.Nap(TimeSpan.FromMilliseconds(20));
            }
            catch (SocketException exception)
            {
                throw new BenchException($"{program} does not listen on {address}: {File.ReadAllText(Path.Combine(directory, "log"))}", exception);
            }
        }
    }

    private (string File, string Text, string[] Command) Unbound(string certificate, string directory, Manner manner)
    {
        // Forwarding to where nobody is makes it answer SERVFAIL.
        string answers = manner == Manner.ServerFailure
            ? "forward-zone:\n    name: \".\"\n    forward-addr: 127.0.0.1@9\n"
            : $"    local-zone: \".\" redirect\n    local-data: \". 300 IN A {Mark}\"\n";
        return ("unbound.conf", string.Create(CultureInfo.InvariantCulture, $"""
            server:
                do-daemonize: no
                use-syslog: no
                username: ""
                chroot: ""
                pidfile: ""
                directory: "{directory}"
                interface: {address.Address}@{address.Port}
                tls-port: {address.Port}
                tls-service-pem: "{place.Certificate(certificate)}"
                tls-service-key: "{place.Key(certificate)}"
                incoming-num-tcp: 100
                access-control: 0.0.0.0/0 allow
                do-not-query-localhost: no
                module-config: "iterator"
            {answers}remote-control:
                control-enable: no

            """), ["-d", "-p", "-c", "unbound.conf"]);
    }

    private (string File, string Text, string[] Command) Knot(string certificate) => ("kresd.conf", string.Create(CultureInfo.InvariantCulture, $$"""
        net.listen('{{address.Address}}', {{address.Port}}, { kind = 'tls' })
        net.tls('{{place.Certificate(certificate)}}', '{{place.Key(certificate)}}')
        modules.unload('ta_signal_query')
        trust_anchors.remove('.')
        policy.add(policy.all(policy.ANSWER({ [kres.type.A] = { rdata = kres.str2ip('{{Mark}}'), ttl = 300 } })))

        """), ["--noninteractive", "-c", "kresd.conf", "."]);

    private (string File, string Text, string[] Command) Dnsdist(string certificate) => ("dnsdist.conf", string.Create(CultureInfo.InvariantCulture, $$"""
        setSecurityPollSuffix('')
        setACL({'0.0.0.0/0'})
        addTLSLocal('{{address}}', '{{place.Certificate(certificate)}}', '{{place.Key(certificate)}}', {provider='openssl', maxInFlight=1000})
        newServer({address='127.0.0.1:9', healthCheckMode='up'})
        addAction(AllRule(), SpoofAction('{{Mark}}'))

        """), ["--supervised", "--disable-syslog", "-C", "dnsdist.conf"]);
}
