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
    public const int ErrorBadDescriptor = 9;

    public const int ShutdownReceive = 0;

    public const int LevelIp = 0, OptionIpPacketInfo = 8;
    public const int LevelIpv6 = 41, OptionIpv6ReceivePacketInfo = 49, OptionIpv6PacketInfo = 50;
    public const int LevelSocket = 1, OptionReusePort = 15;

    [LibraryImport("libc", EntryPoint = "recvmmsg", SetLastError = true)]
    public static partial int ReceiveMessages(SafeHandle socket, MultiMessageHeader* messages, uint count, int flags, nint timeout);

    [LibraryImport("libc", EntryPoint = "sendmmsg", SetLastError = true)]
    public static partial int SendMessages(SafeHandle socket, MultiMessageHeader* messages, uint count, int flags);

    [LibraryImport("libc", EntryPoint = "shutdown", SetLastError = true)]
    public static partial int Shutdown(SafeHandle socket, int how);

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
