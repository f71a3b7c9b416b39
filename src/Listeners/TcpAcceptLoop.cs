using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using DotProxy.Resolution;
using DotProxy.Telemetry;

namespace DotProxy.Listeners;

/// <summary>Accepts TCP clients within the bounds, and ends the idle ones. Owns the listening socket.</summary>
internal sealed class TcpAcceptLoop : IDisposable
{
    // Idle clients are kept as long as RFC 7766 §6.2.3 has in mind: some seconds.
    private static readonly TimeSpan s_idleTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_sweepPeriod = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_pauseOnError = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_finishPoll = TimeSpan.FromMilliseconds(5);

    private readonly Socket _socket;
    private readonly IResolver _resolver;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private readonly Counters _counters;
    private readonly LogEvents _log;
    private readonly ConcurrentDictionary<TcpSession, IPAddress> _sessions = new();
    private readonly ClientCounts _clients;
    private readonly UnreadBudget _unread;
    private readonly QueryPool<TcpQuery> _pool;
    private readonly IdleTimer _sweep;
    private volatile bool _stopped;
    private Task _accepting = Task.CompletedTask;

    public TcpAcceptLoop(
        Socket socket, ClientCounts clients, UnreadBudget unread, IResolver resolver, TimeSpan timeout, TimeProvider time, Counters counters, LogEvents log)
    {
        _socket = socket;
        _clients = clients;
        _unread = unread;
        _resolver = resolver;
        _timeout = timeout;
        _time = time;
        _counters = counters;
        _log = log;
        _pool = new QueryPool<TcpQuery>(() => new TcpQuery(_pool!));
        _sweep = new IdleTimer(time, s_sweepPeriod, Sweep);
    }

    public void Start() => _accepting = Task.Run(AcceptLoopAsync);

    /// <summary>Accepts and reads nothing more; what was asked is still answered.</summary>
    public async Task StopAsync()
    {
        _stopped = true;
        _socket.Dispose();
        await _accepting;
        foreach (TcpSession session in _sessions.Keys) session.Stop();
    }

    /// <summary>Waits until every client that was stopped has its answers, at most for <paramref name="patience"/>.</summary>
    public async Task FinishAsync(TimeSpan patience)
    {
        long start = _time.GetTimestamp();
        while (!_sessions.IsEmpty && _time.GetElapsedTime(start) < patience) await Task.Delay(s_finishPoll, _time);
    }

    public void Dispose()
    {
        Debug.Assert(_pool.Leases == 0, "a query that came over TCP was never completed");
        _socket.Dispose();
        _sweep.Dispose();
    }

    private async Task AcceptLoopAsync()
    {
        while (!_stopped)
        {
            try
            {
                Socket client = await _socket.AcceptAsync();
                Admit(client);
            }
            catch (Exception exception)
            {
                if (_stopped) return;
                // A client that has gone again, or no descriptor left: neither must end the loop, nor spin it.
                if (exception is SocketException socket) _log.TcpClientRefused(SocketFault.Describe(socket.SocketErrorCode));
                else _log.Unexpected("accepting TCP clients", exception);
                await Task.Delay(s_pauseOnError, _time);
            }
        }
    }

    private void Admit(Socket client)
    {
        IPAddress address = ((IPEndPoint)client.RemoteEndPoint!).Address;
        if (!_clients.TryAdd(address, out string reason))
        {
            _counters.TcpRefused.Increment();
            _log.TcpClientRefused(reason);
            client.Dispose();
            return;
        }
        var session = new TcpSession(client, _resolver, _pool, _unread, _timeout, _time, _counters);
        _sessions[session] = address;
        _sweep.Arm();
        _ = ServeAsync(session, address);
    }

    private async Task ServeAsync(TcpSession session, IPAddress address)
    {
        try
        {
            await session.RunAsync();
        }
        catch (Exception exception)
        {
            _log.Unexpected("a TCP session", exception);
        }
        _clients.Remove(address);
        _sessions.TryRemove(session, out _);
    }

    /// <summary>False when there is no client.</summary>
    private bool Sweep()
    {
        long now = _time.GetTimestamp();
        foreach (TcpSession session in _sessions.Keys) session.Sweep(now, s_idleTimeout);
        return !_sessions.IsEmpty;
    }
}
