using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DotProxy.Upstreams;

/// <summary>The kernel's news of addresses and routes, as Linux lays its structures out (netlink(7), rtnetlink(7), poll(2), eventfd(2)).</summary>
internal static unsafe partial class Netlink
{
    public const short Readable = 1;
    public const int ErrorInterrupted = 4, ErrorOverrun = 105;

    private const ushort FamilyNetlink = 16;
    private const int TypeRawCloseOnExec = 3 | 0x80000, CloseOnExec = 0x80000, ProtocolRoute = 0;

    // RTMGRP_IPV4_IFADDR, RTMGRP_IPV4_ROUTE, RTMGRP_IPV6_IFADDR, RTMGRP_IPV6_ROUTE.
    private const uint AddressesAndRoutes = 0x10 | 0x40 | 0x100 | 0x400;

    /// <summary>A socket that every change of an address or a route can be read from; null where the system has none for us.</summary>
    public static SafeFileHandle? OpenRoutes()
    {
        var socket = new SafeFileHandle(OpenSocket(FamilyNetlink, TypeRawCloseOnExec, ProtocolRoute), ownsHandle: true);
        var address = new Address { Family = FamilyNetlink, Groups = AddressesAndRoutes };
        if (!socket.IsInvalid && Bind(socket, &address, (uint)sizeof(Address)) == 0) return socket;
        int error = Marshal.GetLastPInvokeError();
        socket.Dispose();
        Marshal.SetLastPInvokeError(error);
        return null;
    }

    /// <summary>Something that one thread can poll and another make readable.</summary>
    public static SafeFileHandle OpenEvent() => new(OpenEvent(initial: 0, CloseOnExec), ownsHandle: true);

    public static void Signal(SafeFileHandle signal)
    {
        ulong one = 1;
        _ = Write(signal, &one, sizeof(ulong));
    }

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll(PollEntry* entries, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    public static partial nint Receive(SafeHandle socket, byte* buffer, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int OpenSocket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    private static partial int Bind(SafeHandle socket, Address* address, uint length);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    private static partial int OpenEvent(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(SafeHandle file, void* buffer, nuint length);

    /// <summary><c>struct pollfd</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct PollEntry
    {
        public int Descriptor;
        public short Wanted;
        public short Happened;
    }

    /// <summary><c>struct sockaddr_nl</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Address
    {
        public ushort Family;
        public ushort Padding;
        public uint Port;
        public uint Groups;
    }
}
