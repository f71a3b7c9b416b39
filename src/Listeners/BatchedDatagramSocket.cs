using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using DotProxy.Telemetry;

namespace DotProxy.Listeners;

/// <summary>
/// Linux: many datagrams a system call, and replies from a wildcard socket leave from the address that was asked.
/// The socket blocks; .NET's own methods, which would make it non-blocking, are never called on it.
/// </summary>
internal sealed unsafe class BatchedDatagramSocket : DatagramSocket
{
    private static readonly Lazy<bool> s_isSupported = new(Probe);

    // No memory, say: it passes, and must not be spun on.
    private static readonly TimeSpan s_pauseOnError = TimeSpan.FromMilliseconds(10);

    private readonly Counters _counters;
    private readonly bool _tellsLocalAddress;
    private readonly ManualResetEventSlim _stopping = new();
    private volatile bool _canJoin;

    public BatchedDatagramSocket(Socket socket, Counters counters)
        : base(socket)
    {
        _counters = counters;
        _tellsLocalAddress = IsWildcard((IPEndPoint)socket.LocalEndPoint!);
        _canJoin = KnowsSegments(socket);
    }

    /// <summary>Whether the kernel has the calls and lets us make them (a sandbox may not).</summary>
    public static bool IsSupported => s_isSupported.Value;

    /// <summary>
    /// Makes a wildcard socket note the local address with each datagram. Before it is bound: the kernel takes the note when a
    /// datagram comes in, and what came earlier would be answered from the wrong address.
    /// </summary>
    public static void PrepareToBind(Socket socket, IPEndPoint address)
    {
        if (!IsSupported || !IsWildcard(address)) return;
        bool v6 = socket.AddressFamily == AddressFamily.InterNetworkV6;
        socket.SetRawSocketOption(
            v6 ? Posix.LevelIpv6 : Posix.LevelIp, v6 ? Posix.OptionIpv6ReceivePacketInfo : Posix.OptionIpPacketInfo, BitConverter.GetBytes(1));
    }

    public override bool CanJoin => _canJoin;

    public override bool Receive(DatagramBatch batch)
    {
        batch.PrepareReceive(_tellsLocalAddress);
        batch.Count = 0;
        while (!_stopping.IsSet)
        {
            int count = Posix.ReceiveMessages(Socket.SafeHandle, batch.Headers, (uint)batch.Capacity, Posix.WaitForOne, 0);
            // Woken by StopReceiving the call returns an empty datagram without a sender.
            if (count > 0 && batch.Headers[0].Header.NameLength > 0)
            {
                batch.Count = count;
                for (int i = 0; _tellsLocalAddress && i < count; i++) ForgetInterface(ref batch.Headers[i].Header);
                return true;
            }
            int error = Marshal.GetLastPInvokeError();
            if (count < 0 && error == Posix.ErrorBadDescriptor) return false;
            if (count < 0 && error != Posix.ErrorInterrupted) NoteError();
        }
        return false;
    }

    public override void Send(DatagramBatch batch)
    {
        int sent = 0;
        while (sent < batch.HeaderCount)
        {
            int count = Posix.SendMessages(Socket.SafeHandle, batch.Headers + sent, (uint)(batch.HeaderCount - sent), Posix.DoNotWait);
            // An error is the first one's; those behind it may do better.
            if (count > 0) sent += count;
            else if (Marshal.GetLastPInvokeError() is int error && error != Posix.ErrorInterrupted) SendApart(batch.Headers[sent++].Header, error);
        }
        batch.Clear();
    }

    public override void StopReceiving()
    {
        _stopping.Set();
        // On an unconnected socket the call reports an error, and wakes the receiver all the same.
        Posix.Shutdown(Socket.SafeHandle, Posix.ShutdownReceive);
    }

    /// <summary>
    /// Sends the replies of a header that failed one by one, if they were joined. Not every way takes joined ones (a device that
    /// leaves checksums to us, IPsec, a packet size below theirs), and the kernel says so with the call.
    /// </summary>
    private void SendApart(Posix.MessageHeader joined, int error)
    {
        if (joined.VectorCount == 1)
        {
            // A full send buffer is an error too: who sends here must not wait, for other clients and the upstream's answers wait behind it.
            _counters.Unsendable.Increment();
            return;
        }
        if (error == Posix.ErrorInputOutput) _canJoin = false;
        nuint control = joined.ControlLength - (nuint)Posix.SegmentControlSize;
        for (nuint i = 0; i < joined.VectorCount; i++)
        {
            var single = new Posix.MultiMessageHeader { Header = joined };
            single.Header.Vectors += i;
            single.Header.VectorCount = 1;
            single.Header.ControlLength = control;
            while (Posix.SendMessages(Socket.SafeHandle, &single, 1, Posix.DoNotWait) < 1)
            {
                if (Marshal.GetLastPInvokeError() == Posix.ErrorInterrupted) continue;
                _counters.Unsendable.Increment();
                break;
            }
        }
    }

    private void NoteError()
    {
        _counters.Unreceived.Increment();
        _stopping.Wait(s_pauseOnError);
    }

    /// <summary>
    /// The reply names the local address but no interface, which the routing table knows better
    /// (<c>in_pktinfo</c> begins with it, <c>in6_pktinfo</c> ends with it; a link-local source needs it).
    /// </summary>
    private static void ForgetInterface(ref Posix.MessageHeader header)
    {
        int data = sizeof(nuint) + (2 * sizeof(int));
        var control = new Span<byte>(header.Control, (int)header.ControlLength);
        if (control.Length < data + 12) return;
        int level = BitConverter.ToInt32(control[sizeof(nuint)..]);
        if (level == Posix.LevelIp) control.Slice(data, sizeof(int)).Clear();
        else if (control.Length >= data + 20 && BinaryPrimitives.ReadUInt16BigEndian(control[data..]) >> 6 != 0xFE80 >> 6)
            control.Slice(data + 16, sizeof(int)).Clear();
    }

    private static bool IsWildcard(IPEndPoint address) => address.Address.Equals(IPAddress.Any) || address.Address.Equals(IPAddress.IPv6Any);

    /// <summary>Linux since 4.18. An older one would not see the length of segments, and send what is joined as one datagram.</summary>
    private static bool KnowsSegments(Socket socket)
    {
        try
        {
            return socket.GetRawSocketOption(Posix.LevelUdp, Posix.OptionSegment, new byte[sizeof(int)]) == sizeof(int);
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static bool Probe()
    {
        if (!OperatingSystem.IsLinux()) return false;
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            // A vector of no message does nothing and fails only where the call does not exist or is forbidden.
            return Posix.ReceiveMessages(socket.SafeHandle, null, 0, 0, 0) >= 0 && Posix.SendMessages(socket.SafeHandle, null, 0, 0) >= 0;
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException)
        {
            return false;
        }
    }
}
