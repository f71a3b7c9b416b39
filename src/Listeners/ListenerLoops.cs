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

    private readonly ClientCounts _clients = new(TcpAcceptLoop.MaxClients, TcpAcceptLoop.MaxClientsPerAddress);

    private readonly List<UdpLoop> _udp =
        sockets.Udp.ConvertAll(socket => new UdpLoop(DatagramSocket.Over(socket, counters), resolver, timeout, time, counters, log));

    private readonly List<TcpAcceptLoop> _tcp = [];

    public void Start()
    {
        _tcp.AddRange(sockets.Tcp.Select(socket => new TcpAcceptLoop(socket, _clients, resolver, timeout, time, counters, log)));
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

    public void Dispose()
    {
        _udp.ForEach(loop => loop.Dispose());
        _tcp.ForEach(loop => loop.Dispose());
    }
}
