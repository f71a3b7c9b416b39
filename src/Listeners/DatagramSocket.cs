using System.Net.Sockets;
using DotProxy.Telemetry;

namespace DotProxy.Listeners;

/// <summary>A bound UDP socket that receives and sends in batches, as well as the system can. Owns the socket.</summary>
internal abstract class DatagramSocket(Socket socket) : IDisposable
{
    protected Socket Socket { get; } = socket;

    public static DatagramSocket Over(Socket socket, Counters counters) =>
        BatchedDatagramSocket.IsSupported ? new BatchedDatagramSocket(socket, counters) : new PortableDatagramSocket(socket, counters);

    /// <summary>Whether replies may be joined (<see cref="DatagramBatch.Add"/>); it may end.</summary>
    public virtual bool CanJoin => false;

    /// <summary>Waits for a datagram and takes what else is there; false once <see cref="StopReceiving"/> was called.</summary>
    public abstract bool Receive(DatagramBatch batch);

    /// <summary>Sends what the batch holds and empties it. What the system will not send is counted and left.</summary>
    public abstract void Send(DatagramBatch batch);

    /// <summary>Wakes the receiver and ends it; replies can still be sent.</summary>
    public abstract void StopReceiving();

    public void Dispose() => Socket.Dispose();
}
