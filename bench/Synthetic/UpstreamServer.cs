using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace DotProxy.Bench.Synthetic;

/// <summary>A resolver behind TLS that knows every name. Owns its listening socket; its threads end with the process.</summary>
internal sealed class UpstreamServer : IDisposable
{
    public const int StackSize = 256 * 1024;
    private const int Backlog = 512;

    private readonly Socket _listener;
    private readonly SslServerAuthenticationOptions _options;
    private readonly UpstreamCounts _counts;

    public UpstreamServer(IPEndPoint address, string certificateFile, string keyFile)
    {
        using X509Certificate2 pem = X509Certificate2.CreateFromPemFile(certificateFile, keyFile);
        // One context and one set of options for all sessions, or none could be resumed.
        _options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(new X509Certificate2(pem), additionalCertificates: null, offline: true),
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ApplicationProtocols = [new SslApplicationProtocol("dot")],
        };
        _counts = new UpstreamCounts(pem.RawDataMemory.Length);
        _listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        _listener.Bind(address);
        _listener.Listen(Backlog);
    }

    public AnswerDelay Delay { get; } = new();

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    public UpstreamSnapshot Counts => _counts.Snapshot;

    public void Start() => StartThread(Accept, "accept");

    public void Dispose() => _listener.Dispose();

    private void Accept()
    {
        while (true)
        {
            Socket socket;
            try
            {
                socket = _listener.Accept();
            }
            catch (SocketException)
            {
                // Closed: the process is about to end.
                return;
            }
            _counts.Connected();
            StartThread(new UpstreamSession(socket, _options, _counts, Delay).Run, "session");
        }
    }

    private static void StartThread(ThreadStart run, string name) => new Thread(run, StackSize) { IsBackground = true, Name = name }.Start();
}
