using DotProxy.Resolution;
using DotProxy.Telemetry;

namespace DotProxy.Listeners;

/// <summary>The UDP loops and TCP accept loops over all listening sockets. Owns the sockets from here on.</summary>
internal sealed class ListenerLoops(
    ListenerSockets sockets, IResolver resolver, TimeSpan timeout, TimeProvider time, Counters counters, LogEvents log) : IDisposable
{
    // Answers written when the workers stop need no longer than this to leave; a client that does not read gets no more of it.
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(2);

    // Our choices, for all listening addresses together; RFC 9210 §4 asks for such bounds. The rest of the descriptors is for the
    // upstreams' connections, files and what .NET has open itself.
    private const int MaxTcpClients = 1024, MaxTcpClientsPerAddress = 128, OtherDescriptors = 64;

    // Octets.
    private const int MaxUnread = 64 * 1024 * 1024;

    private readonly ClientCounts _clients = new(MaxTcpClientsWithin(DescriptorLimit.Raise(), sockets), MaxTcpClientsPerAddress);

    private readonly UnreadBudget _unread = new(MaxUnread);

    private readonly List<UdpLoop> _udp =
        sockets.Udp.ConvertAll(socket => new UdpLoop(DatagramSocket.Over(socket, counters), resolver, timeout, time, counters, log));

    private readonly List<TcpAcceptLoop> _tcp = [];

    public void Start()
    {
        _tcp.AddRange(sockets.Tcp.Select(socket => new TcpAcceptLoop(socket, _clients, _unread, resolver, timeout, time, counters, log)));
        if (!BatchedDatagramSocket.IsSupported) log.PortableDatagrams();
        _udp.ForEach(loop => loop.Start());
        _tcp.ForEach(loop => loop.Start());
    }

    /// <summary>Takes nothing more in; replies can still leave.</summary>
    public async Task StopAsync()
    {
        _udp.ForEach(loop => loop.Stop());
        foreach (TcpAcceptLoop loop in _tcp) await loop.StopAsync();
    }

    /// <summary>Lets the last queries be completed and their replies leave.</summary>
    public async Task FinishAsync()
    {
        long start = time.GetTimestamp();
        while (_udp.Exists(loop => loop.Pending > 0) && time.GetElapsedTime(start) < s_patience) await Task.Delay(s_poll, time);
        _udp.ForEach(loop => loop.Flush());
        await Task.WhenAll(_tcp.Select(loop => loop.FinishAsync(s_patience)));
    }

    private static int MaxTcpClientsWithin(int descriptors, ListenerSockets sockets) =>
        Math.Clamp(descriptors - OtherDescriptors - sockets.Udp.Count - sockets.Tcp.Count, 1, MaxTcpClients);

    public void Dispose()
    {
        _udp.ForEach(loop => loop.Dispose());
        _tcp.ForEach(loop => loop.Dispose());
    }
}
