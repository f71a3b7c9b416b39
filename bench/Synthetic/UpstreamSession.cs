using System.Buffers.Binary;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using DotProxy.Dns;

namespace DotProxy.Bench.Synthetic;

/// <summary>
/// One TLS client: what a read brings is answered in one write. It has a thread of its own and blocks, which costs least where
/// clients are few and keep their connections. Owns the socket.
/// </summary>
internal sealed class UpstreamSession(Socket socket, SslServerAuthenticationOptions options, UpstreamCounts counts, AnswerDelay delay)
{
    private const int ReadSize = 64 * 1024;
    private const int WriteSize = 32 * 1024;

    // tcp(7): TCP_INFO, and tcpi_bytes_sent in what it gives.
    private const int TcpInfo = 11, TcpInfoBytesSent = 200;

    private readonly byte[] _received = new byte[ReadSize + WireLimits.StreamLength + WireLimits.Message];
    private readonly byte[] _answers = new byte[WriteSize];

    public void Run()
    {
        bool established = false;
        try
        {
            socket.NoDelay = true;
            delay.WaitForConnection();
            using var stream = new SslStream(new NetworkStream(socket));
            stream.AuthenticateAsServer(options);
            established = true;
            counts.Established(BytesSent());
            using var writer = new AnswerWriter(stream, delay);
            Serve(stream, writer);
        }
        catch (Exception exception) when (exception is IOException or AuthenticationException or SocketException or ObjectDisposedException)
        {
            if (!established) counts.HandshakeFailed();
        }
        finally
        {
            socket.Dispose();
        }
    }

    private long BytesSent()
    {
        Span<byte> info = stackalloc byte[TcpInfoBytesSent + sizeof(long)];
        socket.GetRawSocketOption((int)SocketOptionLevel.Tcp, TcpInfo, info);
        return BinaryPrimitives.ReadInt64LittleEndian(info[TcpInfoBytesSent..]);
    }

    private void Serve(SslStream stream, AnswerWriter writer)
    {
        int filled = 0;
        while (stream.Read(_received.AsSpan(filled)) is > 0 and var count)
        {
            filled += count;
            int consumed = Answer(_received.AsSpan(0, filled), writer);
            filled -= consumed;
            _received.AsSpan(consumed, filled).CopyTo(_received);
        }
    }

    /// <summary>Answers the whole queries in what was received; returns the octets that they took.</summary>
    private int Answer(ReadOnlySpan<byte> received, AnswerWriter writer)
    {
        int position = 0, written = 0, queries = 0, malformed = 0;
        while (StreamFrame.TryRead(received[position..], out ReadOnlySpan<byte> query))
        {
            position += WireLimits.StreamLength + query.Length;
            queries++;
            if (written + WireLimits.StreamLength + SyntheticZone.MaxAnswer > WriteSize)
            {
                writer.Send(_answers.AsSpan(0, written));
                written = 0;
            }
            Span<byte> room = _answers.AsSpan(written);
            if (!SyntheticZone.TryAnswer(query, room[WireLimits.StreamLength..], out int length)) malformed++;
            else written += EndFrame(room, length);
        }
        writer.Send(_answers.AsSpan(0, written));
        counts.Read(queries, malformed);
        return position;
    }

    private static int EndFrame(Span<byte> frame, int length)
    {
        BinaryPrimitives.WriteUInt16BigEndian(frame, (ushort)length);
        return WireLimits.StreamLength + length;
    }
}
