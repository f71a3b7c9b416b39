using System.Net.Sockets;
using System.Text;

namespace DotProxy.Tests.Fakes;

/// <summary>Octets as anybody on the path sees them.</summary>
internal sealed class Wiretap
{
    private readonly Lock _lock = new();
    private readonly List<byte> _octets = [];

    public void Add(ReadOnlySpan<byte> octets)
    {
        lock (_lock) _octets.AddRange(octets);
    }

    public string ReadAsLatin1()
    {
        lock (_lock) return Encoding.Latin1.GetString([.. _octets]);
    }
}

/// <summary>A socket's stream that copies what it receives. Owns the socket, not the copy.</summary>
internal sealed class TappedStream(Socket socket, Wiretap copy) : NetworkStream(socket, ownsSocket: true)
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count = await base.ReadAsync(buffer, cancellationToken);
        copy.Add(buffer.Span[..count]);
        return count;
    }
}
