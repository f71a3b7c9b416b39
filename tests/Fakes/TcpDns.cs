using System.Buffers.Binary;
using System.Net.Sockets;

namespace DotProxy.Tests.Fakes;

/// <summary>A TCP connection to a DNS server, from the client's end. Owns the socket.</summary>
internal sealed class TcpDns(Socket socket) : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);

    public Socket Socket => socket;

    public Task SendAsync(params byte[][] queries) => SendRawAsync([.. queries.SelectMany(Wire.Framed)]);

    public async Task SendRawAsync(byte[] octets) => await socket.SendAsync(octets);

    /// <summary>The next message; null at the end of the stream.</summary>
    public async Task<byte[]?> ReceiveAsync()
    {
        using var limit = new CancellationTokenSource(s_patience);
        byte[]? length = await ReadAsync(2, limit.Token);
        return length is null ? null : await ReadAsync(BinaryPrimitives.ReadUInt16BigEndian(length), limit.Token);
    }

    public void Dispose() => socket.Dispose();

    private async Task<byte[]?> ReadAsync(int count, CancellationToken limit)
    {
        byte[] octets = new byte[count];
        int filled = 0;
        while (filled < count)
        {
            int got;
            try
            {
                got = await socket.ReceiveAsync(octets.AsMemory(filled), limit);
            }
            catch (SocketException)
            {
                return null;
            }
            if (got == 0) return null;
            filled += got;
        }
        return octets;
    }
}
