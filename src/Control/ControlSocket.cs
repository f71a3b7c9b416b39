using System.Net.Sockets;
using DotProxy.Configuration;

namespace DotProxy.Control;

/// <summary>The socket for operators, bound before anything runs, so that a path that cannot be had ends the start.</summary>
internal static class ControlSocket
{
    private const string NoDirectory = "no such directory; give a path in one that this user may write to";

    // Our choice: who come while the server has its hands full wait here.
    private const int Backlog = 8;

    /// <summary>Null where none is wanted. Whoever disposes of it removes the file: .NET does so for a path that it has bound.</summary>
    /// <exception cref="StartException">The path cannot be had.</exception>
    public static Socket? Bind(ProxyOptions options)
    {
        if (options.Control is not { } path) return null;
        string place = $"{options.NameOf(Settings.Control)} '{path}'";
        if (!OperatingSystem.IsLinux()) throw Fault(place, "there is such a socket on Linux alone; leave it out");
        try
        {
            return Listen(path);
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            if (WhyNotReplaced(path) is { } reason) throw Fault(place, reason, exception);
            return Replace(path, place);
        }
        catch (SocketException exception)
        {
            throw Fault(place, Explain(path, exception), exception);
        }
    }

    /// <summary>Finds what would keep <see cref="Bind"/> from the path, and touches nothing: a proxy that runs may have its socket there.</summary>
    /// <exception cref="StartException">The path cannot be had.</exception>
    public static void Check(ProxyOptions options)
    {
        if (options.Control is not { } path) return;
        string place = $"{options.NameOf(Settings.Control)} '{path}'";
        if (!Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path)))) throw Fault(place, NoDirectory);
        if (Path.Exists(path) && WhatElse(path) is { } reason) throw Fault(place, reason);
    }

    private static Socket Replace(string path, string place)
    {
        try
        {
            File.Delete(path);
            return Listen(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or SocketException)
        {
            throw Fault(place, $"a proxy that is gone has left it, and it cannot be replaced ({exception.Message.TrimEnd('.')}); remove it", exception);
        }
    }

    private static Socket Listen(string path)
    {
        Socket socket = NewSocket();
        try
        {
            OwnerOnly.Create(() => socket.Bind(new UnixDomainSocketEndPoint(path)));
            socket.Listen(Backlog);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Null where a process that is gone has left its socket.</summary>
    private static string? WhyNotReplaced(string path)
    {
        if (WhatElse(path) is { } reason) return reason;
        using Socket probe = NewSocket();
        // A process that accepts nothing would hold us; it is alive all the same.
        probe.Blocking = false;
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionRefused)
        {
            return null;
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AccessDenied)
        {
            return "there is a socket of another user; give another path";
        }
        catch (SocketException)
        {
            // Alive, and busy.
        }
        return "a running process listens there; stop it, or give another path";
    }

    /// <summary>Null where a socket stands there.</summary>
    private static string? WhatElse(string path) => Directory.Exists(path) ? "it is a directory; give the path of a socket in it"
        : OwnerOnly.IsSocket(path) ? null : "there is a file that is no socket; remove it, or give another path";

    private static string Explain(string path, SocketException exception) =>
        !Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path))) ? NoDirectory
        : exception.SocketErrorCode == SocketError.AccessDenied ? "permission denied; give a path in a directory that this user may write to"
        : $"{exception.Message.TrimEnd('.')}; give a path in a directory that this user may write to";

    private static Socket NewSocket() => new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    private static StartException Fault(string place, string cause, Exception? exception = null) =>
        new($"{place}: {cause}", exception!);
}
