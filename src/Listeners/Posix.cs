using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]

namespace DotProxy.Listeners;

/// <summary>The system calls that .NET does not wrap, as Linux lays their structures out (recvmmsg(2), sendmmsg(2), ip(7), ipv6(7)).</summary>
internal static unsafe partial class Posix
{
    public const int MessageTruncated = 0x20;
    public const int WaitForOne = 0x10000;
    public const int DoNotWait = 0x40;

    public const int ErrorInterrupted = 4;
    public const int ErrorInputOutput = 5;
    public const int ErrorBadDescriptor = 9;

    public const int ShutdownReceive = 0;

    public const int LevelIp = 0, OptionIpPacketInfo = 8;
    public const int LevelIpv6 = 41, OptionIpv6ReceivePacketInfo = 49, OptionIpv6PacketInfo = 50;
    public const int LevelSocket = 1, OptionReusePort = 15;
    public const int LevelUdp = 17, OptionSegment = 103;

    /// <summary>What a control message with the length of segments takes, as CMSG_SPACE has it.</summary>
    public static int SegmentControlSize => ControlHeaderSize + sizeof(nuint);

    private static int ControlHeaderSize => sizeof(nuint) + (2 * sizeof(int));

    [LibraryImport("libc", EntryPoint = "recvmmsg", SetLastError = true)]
    public static partial int ReceiveMessages(SafeHandle socket, MultiMessageHeader* messages, uint count, int flags, nint timeout);

    [LibraryImport("libc", EntryPoint = "sendmmsg", SetLastError = true)]
    public static partial int SendMessages(SafeHandle socket, MultiMessageHeader* messages, uint count, int flags);

    [LibraryImport("libc", EntryPoint = "shutdown", SetLastError = true)]
    public static partial int Shutdown(SafeHandle socket, int how);

    /// <summary>Tells the kernel to cut a datagram into such as are so long (a <c>cmsghdr</c> and the UDP_SEGMENT of udp(7)).</summary>
    public static void WriteSegmentControl(byte* at, int octets)
    {
        Unsafe.WriteUnaligned(at, (nuint)(ControlHeaderSize + sizeof(ushort)));
        Unsafe.WriteUnaligned(at + sizeof(nuint), LevelUdp);
        Unsafe.WriteUnaligned(at + sizeof(nuint) + sizeof(int), OptionSegment);
        Unsafe.WriteUnaligned(at + ControlHeaderSize, (ushort)octets);
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct IoVector
    {
        public byte* Base;
        public nuint Length;
    }

    /// <summary><c>struct msghdr</c>; glibc and musl agree on it where values are small and memory was zero.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct MessageHeader
    {
        public byte* Name;
        public uint NameLength;
        public IoVector* Vectors;
        public nuint VectorCount;
        public byte* Control;
        public nuint ControlLength;
        public int Flags;
    }

    /// <summary><c>struct mmsghdr</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct MultiMessageHeader
    {
        public MessageHeader Header;
        public uint Length;
    }
}
