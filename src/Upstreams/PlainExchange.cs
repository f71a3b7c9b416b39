using System.Net;
using System.Net.Sockets;
using DotProxy.Dns;
using DotProxy.Resolution;
using DotProxy.Telemetry;

namespace DotProxy.Upstreams;

/// <summary>
/// Asks one question of a plain server, in these steps:
/// <list type="number">
/// <item>over UDP, from a socket of its own, whose port the system draws (RFC 5452 §9.2) and which takes in only what comes from the
/// server; again after a second, and once more, for datagrams get lost;</item>
/// <item>over TCP, where that was asked for, the answer was truncated, or so much came that is no answer that somebody may be
/// guessing (RFC 5452 §9.3);</item>
/// <item>and all of it without EDNS, where the server does not know that.</item>
/// </list>
/// Everything it reads is bounded, and all of it ends with the deadline.
/// </summary>
internal sealed class PlainExchange(string name, IPEndPoint address, bool overTcp, TimeSpan timeout, Counters counters)
{
    // RFC 9520 §3.1: three queries in all to one address, over one transport.
    private const int MaxDatagrams = 3;

    // RFC 7766 §6.2.4 lets a server close when it likes; a fresh connection may do.
    private const int MaxConnections = 2;

    // Our choices. We announce 1 232 octets; what does not fit in here has not heeded that, and is fetched over TCP.
    private const int ReceiveBuffer = 4096;
    private const int MaxMismatched = 16;
    private static readonly TimeSpan s_firstPause = TimeSpan.FromSeconds(1);

    // A server that is just restarting refuses for a moment.
    private static readonly TimeSpan s_refusedPause = TimeSpan.FromMilliseconds(250);

    // Each is twice the one before: the last leaves a quarter of the time for its answer, or more.
    private readonly TimeSpan _pause = timeout / 4 < s_firstPause ? timeout / 4 : s_firstPause;

    /// <summary>The answer, or why there is none.</summary>
    /// <param name="deadline">Cancelled when time is up; then <see cref="OperationCanceledException"/> is thrown.</param>
    public async Task<PlainReply> AskAsync(PlainQuestion question, CancellationToken deadline)
    {
        PlainReply reply = await AskOnceAsync(question, deadline);
        return reply.Failure is null && question.ShouldGoWithoutEdns(reply.Message) ? await AskOnceAsync(question, deadline) : reply;
    }

    private async Task<PlainReply> AskOnceAsync(PlainQuestion question, CancellationToken deadline)
    {
        if (overTcp) return await AskOverTcpAsync(question, "", deadline);
        return await AskOverUdpAsync(question, deadline) ?? await AskOverTcpAsync(question, "over TCP, ", deadline);
    }

    /// <summary>Null where TCP is to be tried.</summary>
    private async Task<PlainReply?> AskOverUdpAsync(PlainQuestion question, CancellationToken deadline)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        byte[] buffer = new byte[ReceiveBuffer];
        question.Renew();
        TimeSpan pause = _pause;
        for (int sent = 1; ; sent++)
        {
            bool isLast = sent == MaxDatagrams;
            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(deadline);
            if (!isLast) waiting.CancelAfter(pause);
            try
            {
                if (sent == 1) await socket.ConnectAsync(address, waiting.Token);
                await socket.SendAsync(question.Message, SocketFlags.None, waiting.Token);
                return await ReceiveAsync(socket, buffer, question, waiting.Token) is { } answer ? new PlainReply(answer) : null;
            }
            catch (OperationCanceledException) when (!deadline.IsCancellationRequested)
            {
                // It, or its answer, was lost on the way: once more.
            }
            catch (SocketException exception)
            {
                if (isLast || exception.SocketErrorCode != SocketError.ConnectionRefused) return Failed(SocketFault.Describe(exception.SocketErrorCode));
                await Task.Delay(s_refusedPause, deadline);
            }
            pause *= 2;
        }
    }

    /// <summary>Null where TCP is to be tried.</summary>
    private async Task<byte[]?> ReceiveAsync(Socket socket, byte[] buffer, PlainQuestion question, CancellationToken waiting)
    {
        for (int mismatched = 0; mismatched < MaxMismatched; mismatched++)
        {
            int length = await socket.ReceiveAsync(buffer, SocketFlags.None, waiting);
            if (question.IsAnsweredBy(buffer.AsSpan(0, length)))
                return length == buffer.Length || PlainQuestion.IsTruncated(buffer) ? null : buffer[..length];
            counters.Mismatched.Increment();
        }
        return null;
    }

    private async Task<PlainReply> AskOverTcpAsync(PlainQuestion question, string manner, CancellationToken deadline)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                if (await TryAskOverTcpAsync(question, deadline) is { } answer) return new PlainReply(answer);
                if (attempt == MaxConnections) return Failed(manner + "closed without an answer");
            }
            catch (SocketException exception)
            {
                if (attempt == MaxConnections) return Failed(manner + SocketFault.Describe(exception.SocketErrorCode));
                await Task.Delay(s_refusedPause, deadline);
            }
        }
    }

    /// <summary>Null where the server closed.</summary>
    private async Task<byte[]?> TryAskOverTcpAsync(PlainQuestion question, CancellationToken deadline)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(address, deadline);
        question.Renew();
        for (ReadOnlyMemory<byte> rest = question.Framed; rest.Length > 0;) rest = rest[await socket.SendAsync(rest, SocketFlags.None, deadline)..];

        byte[] length = new byte[WireLimits.StreamLength];
        while (await TryFillAsync(socket, length, deadline))
        {
            byte[] message = new byte[(length[0] << 8) | length[1]];
            if (!await TryFillAsync(socket, message, deadline)) return null;
            if (question.IsAnsweredBy(message)) return message;
            counters.Mismatched.Increment();
        }
        return null;
    }

    private static async Task<bool> TryFillAsync(Socket socket, Memory<byte> room, CancellationToken deadline)
    {
        while (room.Length > 0)
        {
            int count = await socket.ReceiveAsync(room, SocketFlags.None, deadline);
            if (count == 0) return false;
            room = room[count..];
        }
        return true;
    }

    private PlainReply Failed(string cause) => new(new Failure(ExtendedErrorCode.NetworkError, $"{name}: {cause}"));
}

/// <summary>What came of a question: a message, or a failure and none.</summary>
internal sealed class PlainReply
{
    public PlainReply(byte[] message) => Message = message;

    public PlainReply(Failure failure) => Failure = failure;

    public byte[] Message { get; } = [];

    public Failure? Failure { get; }
}
