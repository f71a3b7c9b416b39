using System.Net.Sockets;

namespace DotProxy.Upstreams;

/// <summary>
/// The socket under a TLS stream. Completions of sockets run on the event thread, which must never be held up: until the
/// handshake is over, with its checks of signatures and chains, every read is continued on the pool instead.
/// </summary>
internal sealed class HandshakeStream(Socket socket) : NetworkStream(socket, ownsSocket: true)
{
    private volatile bool _established;

    public void Established() => _established = true;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ValueTask<int> read = base.ReadAsync(buffer, cancellationToken);
        return _established || read.IsCompleted ? read : ContinueOnPoolAsync(read);
    }

    private static async ValueTask<int> ContinueOnPoolAsync(ValueTask<int> read)
    {
        int count = await read;
        await Task.Yield();
        return count;
    }
}
