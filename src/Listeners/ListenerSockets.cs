using System.Net;
using System.Net.Sockets;
using DotProxy.Configuration;
using DotProxy.Telemetry;

namespace DotProxy.Listeners;

/// <summary>The sockets of all listen addresses, bound before anything runs, so that a port that is taken ends the start.</summary>
internal sealed class ListenerSockets : IDisposable
{
    // Octets asked of the kernel, which gives what its own limit allows: bursts wait here while the loop sends.
    private const int UdpBuffer = 4 * 1024 * 1024;
    private const int TcpBacklog = 512;

    // With port 0 the system picks the TCP port, and the same UDP port may be taken.
    private const int PickTries = 16;

    private readonly List<IPEndPoint> _bound = [];
    private readonly List<IPEndPoint> _skipped = [];

    public List<Socket> Udp { get; } = [];

    public List<Socket> Tcp { get; } = [];

    /// <summary>Binds every address, for UDP <paramref name="udpSocketsPerAddress"/> times where the system shares a port out among sockets.</summary>
    /// <exception cref="StartException">An address cannot be bound.</exception>
    public static ListenerSockets Bind(ProxyOptions options, int udpSocketsPerAddress)
    {
        var sockets = new ListenerSockets();
        foreach (IPEndPoint address in options.Listen)
        {
            if (options.ListenIsDefault && address.AddressFamily == AddressFamily.InterNetworkV6 && !Socket.OSSupportsIPv6) sockets._skipped.Add(address);
            else sockets._bound.Add(sockets.Bind(address, options.NameOf(Settings.Listen), BatchedDatagramSocket.IsSupported ? udpSocketsPerAddress : 1));
        }
        return sockets;
    }

    /// <summary>Logs where it listens, and where it does not.</summary>
    public void Announce(LogEvents log)
    {
        _bound.ForEach(address => log.Listening(address.ToString()));
        _skipped.ForEach(address => log.ListenerSkipped(address.ToString(), "this system has no IPv6"));
    }

    public void Dispose()
    {
        Udp.ForEach(socket => socket.Dispose());
        Tcp.ForEach(socket => socket.Dispose());
    }

    private IPEndPoint Bind(IPEndPoint address, string source, int udpSockets)
    {
        for (int attempt = 1; ; attempt++)
        {
            Socket? tcp = null;
            List<Socket> udp = [];
            try
            {
                tcp = BindTcp(address);
                var bound = (IPEndPoint)tcp.LocalEndPoint!;
                // The first without sharing: another process on the port must be noticed, not halved with.
                using (BindUdp(bound, share: false)) { }
                for (int i = 0; i < udpSockets; i++) udp.Add(BindUdp(bound, share: udpSockets > 1));
                Tcp.Add(tcp);
                Udp.AddRange(udp);
                return bound;
            }
            catch (SocketException exception)
            {
                tcp?.Dispose();
                udp.ForEach(socket => socket.Dispose());
                if (address.Port == 0 && exception.SocketErrorCode == SocketError.AddressAlreadyInUse && attempt < PickTries) continue;
                throw new StartException($"{source} '{address}': {Explain(exception, address)}", exception);
            }
        }
    }

    private static Socket BindTcp(IPEndPoint address)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        if (address.AddressFamily == AddressFamily.InterNetworkV6) socket.DualMode = false;
        return BindOrDispose(socket, () =>
        {
            socket.Bind(address);
            socket.Listen(TcpBacklog);
        });
    }

    private static Socket BindUdp(IPEndPoint address, bool share)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        if (address.AddressFamily == AddressFamily.InterNetworkV6) socket.DualMode = false;
        return BindOrDispose(socket, () =>
        {
            if (share) socket.SetRawSocketOption(Posix.LevelSocket, Posix.OptionReusePort, BitConverter.GetBytes(1));
            BatchedDatagramSocket.PrepareToBind(socket, address);
            socket.ReceiveBufferSize = UdpBuffer;
            socket.SendBufferSize = UdpBuffer;
            socket.Bind(address);
        });
    }

    private static Socket BindOrDispose(Socket socket, Action bind)
    {
        try
        {
            bind();
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static string Explain(SocketException exception, IPEndPoint address) => exception.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse =>
            $"port {address.Port} is taken by another process; stop it ('ss -lnptu sport = :{address.Port}' names it), or listen on another port"
            + (ListenAddress.IsWildcard(address.Address) ? ", or on one address alone" : ""),
        SocketError.AccessDenied =>
            $"no permission for port {address.Port}; run as root, grant CAP_NET_BIND_SERVICE, or choose a port from 1024 up",
        SocketError.AddressNotAvailable => "this machine has no such address; use one of its own, or 0.0.0.0 or [::] for all",
        SocketError.AddressFamilyNotSupported => "this system has no such kind of address; leave it out",
        _ => exception.Message,
    };
}
