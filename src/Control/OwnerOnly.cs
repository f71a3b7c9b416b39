using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace DotProxy.Control;

/// <summary>What keeps the control socket to the user that the proxy runs as, and root (umask(2), statx(2), unix(7); Linux).</summary>
internal static partial class OwnerOnly
{
    private const uint OthersMayNothing = 0b001_111_111;

    private const int LevelSocket = 1, OptionPeerCredentials = 17;
    private const uint Root = 0;

    private const int CurrentDirectory = -100, DoNotFollow = 0x100, WantType = 1;
    private const int StatusSize = 256, ModeAt = 28, TypeMask = 0xF000, TypeSocket = 0xC000;

    /// <summary>Does what makes a file, which has mode 0600 from its first moment on. The mask is the process's: for the start, when nothing else makes files.</summary>
    public static void Create(Action create)
    {
        uint mask = SetMask(OthersMayNothing);
        try
        {
            create();
        }
        finally
        {
            _ = SetMask(mask);
        }
    }

    /// <summary>Whether the process at the other end is one of this user's, or root's: the mode may have been changed since.</summary>
    public static bool IsPeerOf(Socket connection)
    {
        // struct ucred: pid, uid, gid.
        Span<uint> credentials = stackalloc uint[3];
        int length = connection.GetRawSocketOption(LevelSocket, OptionPeerCredentials, MemoryMarshal.AsBytes(credentials));
        return length == sizeof(uint) * credentials.Length && (credentials[1] == Root || credentials[1] == EffectiveUser());
    }

    /// <summary>Whether a socket stands there, itself and not behind a link.</summary>
    public static unsafe bool IsSocket(string path)
    {
        byte* status = stackalloc byte[StatusSize];
        return Status(CurrentDirectory, path, DoNotFollow, WantType, status) == 0 && (*(ushort*)(status + ModeAt) & TypeMask) == TypeSocket;
    }

    [LibraryImport("libc", EntryPoint = "umask")]
    private static partial uint SetMask(uint mask);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Status(int directory, string path, int flags, uint mask, byte* status);
}
