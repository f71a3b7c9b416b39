using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace DotProxy.Tests.Fakes;

/// <summary>Asks over UDP and TCP as a stub resolver would, and keeps count of what came back.</summary>
internal static class DnsClient
{
    // Longer than the proxy's own deadline: what it does not answer by then it has lost.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(8);

    internal sealed record Tally(int Asked, int Answered, int Failed, int Lost);

    /// <summary>One query over UDP; null when nothing comes within <paramref name="patience"/>.</summary>
    public static async Task<byte[]?> AskAsync(EndPoint server, byte[] query, TimeSpan? patience = null)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(server);
        await socket.SendAsync(query);
        byte[] buffer = new byte[65536];
        using var limit = new CancellationTokenSource(patience ?? s_patience);
        try
        {
            int length = await socket.ReceiveAsync(buffer, limit.Token);
            return buffer[..length];
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>Asks <paramref name="count"/> different names over UDP, <paramref name="window"/> at a time, and checks every answer.</summary>
    public static async Task<Tally> FloodAsync(EndPoint server, int count, int window, string prefix)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 4 << 20 };
        await socket.ConnectAsync(server);
        var waiting = new ConcurrentDictionary<ushort, (byte[] Query, TaskCompletionSource<bool> Answer)>();
        using var stop = new CancellationTokenSource();
        Task receiving = ReceiveAsync(socket, waiting, stop.Token);
        using var room = new SemaphoreSlim(window);

        var answers = new List<Task<bool?>>();
        for (int i = 0; i < count; i++)
        {
            await room.WaitAsync();
            byte[] query = Wire.Query((ushort)i, $"{prefix}{i}.test", payloadSize: 1232);
            answers.Add(AskOneAsync(socket, query, waiting, room));
        }
        bool?[] results = await Task.WhenAll(answers);
        await stop.CancelAsync();
        await receiving;
        return new Tally(count, results.Count(result => result == true), results.Count(result => result == false), results.Count(result => result is null));
    }

    /// <summary>Opens a TCP connection to the server.</summary>
    public static async Task<TcpDns> ConnectAsync(EndPoint server, int? receiveBuffer = null)
    {
        var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBuffer is { } octets) socket.ReceiveBufferSize = octets;
        await socket.ConnectAsync(server);
        return new TcpDns(socket);
    }

    private static async Task<bool?> AskOneAsync(
        Socket socket, byte[] query, ConcurrentDictionary<ushort, (byte[] Query, TaskCompletionSource<bool> Answer)> waiting, SemaphoreSlim room)
    {
        var answer = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        waiting[Wire.Id(query)] = (query, answer);
        await socket.SendAsync(query);
        try
        {
            return await answer.Task.WaitAsync(s_patience);
        }
        catch (TimeoutException)
        {
            return null;
        }
        finally
        {
            waiting.TryRemove(Wire.Id(query), out _);
            room.Release();
        }
    }

    private static async Task ReceiveAsync(
        Socket socket, ConcurrentDictionary<ushort, (byte[] Query, TaskCompletionSource<bool> Answer)> waiting, CancellationToken stop)
    {
        byte[] buffer = new byte[65536];
        while (!stop.IsCancellationRequested)
        {
            try
            {
                int length = await socket.ReceiveAsync(buffer, stop);
                if (waiting.TryGetValue(Wire.Id(buffer), out (byte[] Query, TaskCompletionSource<bool> Answer) entry))
                    entry.Answer.TrySetResult(Wire.IsAnswerTo(buffer.AsSpan(0, length), entry.Query));
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
