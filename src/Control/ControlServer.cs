using System.Net.Sockets;
using System.Text;
using DotProxy.Dns;
using DotProxy.Telemetry;

namespace DotProxy.Control;

/// <summary>Answers on the control socket: a request each, a few peers at a time, each for a short while, whatever they do.</summary>
internal sealed class ControlServer : IDisposable
{
    // Our choices. Those beyond the peers at a time wait in the backlog, and behind that in their own connect.
    public const int MaxPeers = 4;

    /// <summary>For a line to come, and for an answer to go.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan s_pauseOnError = TimeSpan.FromMilliseconds(100);

    // The longest verb, and a name of which each octet is written \DDD.
    private const int LongestLine = 16 + (4 * WireLimits.Name);

    private readonly Socket _socket;
    private readonly CacheRequests _requests;
    private readonly TimeProvider _time;
    private readonly LogEvents _log;
    private readonly SemaphoreSlim _room = new(MaxPeers);
    private volatile bool _stopped;

    private ControlServer(Socket socket, CacheRequests requests, TimeProvider time, LogEvents log)
    {
        _socket = socket;
        _requests = requests;
        _time = time;
        _log = log;
    }

    /// <summary>Null where there is no socket. Owns the socket from here on.</summary>
    public static ControlServer? Start(Socket? socket, CacheRequests requests, TimeProvider time, LogEvents log)
    {
        if (socket is null) return null;
        var server = new ControlServer(socket, requests, time, log);
        _ = Task.Run(server.AcceptLoopAsync);
        log.ControlOpen(socket.LocalEndPoint!.ToString()!);
        return server;
    }

    /// <summary>Removes the socket's file too. Peers that are being answered are left to their patience, or to the process's end.</summary>
    public void Dispose()
    {
        _stopped = true;
        _socket.Dispose();
    }

    private async Task AcceptLoopAsync()
    {
        while (!_stopped)
        {
            await _room.WaitAsync();
            try
            {
                Socket peer = await _socket.AcceptAsync();
                // Not on the event thread, where the accept may have completed.
                _ = Task.Run(() => ServeAsync(peer));
            }
            catch (Exception exception)
            {
                _room.Release();
                if (_stopped) return;
                // No descriptor left, perhaps: that must neither end the loop, nor spin it.
                _log.Unexpected("accepting on the control socket", exception);
                await Task.Delay(s_pauseOnError, _time);
            }
        }
    }

    private async Task ServeAsync(Socket peer)
    {
        try
        {
            // Read in any case: a connection that is closed with octets unread is reset, and may take the answer with it.
            if (await ReadLineAsync(peer) is { } line) await SendAsync(peer, await AnswerAsync(peer, line));
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException)
        {
            // Too slow, or gone: its own affair.
        }
        catch (Exception exception)
        {
            _log.Unexpected("a request on the control socket", exception);
        }
        finally
        {
            peer.Dispose();
            _room.Release();
        }
    }

    /// <summary>Not on the event thread, where the read may have completed: some requests take their time.</summary>
    private Task<ControlAnswer> AnswerAsync(Socket peer, string line) => Task.Run(() => OwnerOnly.IsPeerOf(peer)
        ? _requests.Answer(line)
        : ControlAnswer.Refused("only the user that the proxy runs as, and root, may ask"));

    private async Task SendAsync(Socket peer, ControlAnswer answer)
    {
        using var limit = new CancellationTokenSource(Patience, _time);
        ReadOnlyMemory<byte> rest = answer.Encode();
        while (rest.Length > 0) rest = rest[await peer.SendAsync(rest, limit.Token)..];
    }

    /// <summary>Null where the peer has sent no whole line, or one longer than any request; what stands behind it is not looked at.</summary>
    private async Task<string?> ReadLineAsync(Socket peer)
    {
        using var limit = new CancellationTokenSource(Patience, _time);
        byte[] buffer = new byte[LongestLine];
        int held = 0;
        while (held < buffer.Length)
        {
            int count = await peer.ReceiveAsync(buffer.AsMemory(held), limit.Token);
            if (count == 0) return null;
            held += count;
            int end = buffer.AsSpan(0, held).IndexOf((byte)'\n');
            if (end >= 0) return Encoding.UTF8.GetString(buffer, 0, end);
        }
        return null;
    }
}
