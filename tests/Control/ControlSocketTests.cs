using System.Net.Sockets;
using DotProxy.Configuration;
using DotProxy.Control;

namespace DotProxy.Tests.Control;

public sealed class ControlSocketTests : IDisposable
{
    private const UnixFileMode OwnerReadsAndWrites = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _directory = Directory.CreateTempSubdirectory("dotproxy-test.").FullName;

    private string Where => Path.Combine(_directory, "control");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Where_none_is_wanted_there_is_none() => Assert.Null(Bind(null));

    [Fact]
    public void It_is_made_for_the_owner_alone_and_removed_at_the_end()
    {
        using (Socket? socket = Bind(Where))
        {
            Assert.NotNull(socket);
            Assert.Equal(OwnerReadsAndWrites, File.GetUnixFileMode(Where));
            // The mask that saw to it is as it was.
            File.WriteAllText(Path.Combine(_directory, "other"), "");
            Assert.NotEqual(UnixFileMode.None, File.GetUnixFileMode(Path.Combine(_directory, "other")) & ~OwnerReadsAndWrites);
        }
        Assert.False(File.Exists(Where));
    }

    // As a process leaves it that was killed.
    [Fact]
    public void One_that_nobody_listens_at_is_replaced()
    {
        var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        dead.Bind(new UnixDomainSocketEndPoint(Where));
        dead.SafeHandle.Dispose();
        Assert.True(File.Exists(Where));
        using Socket? socket = Bind(Where);
        Assert.Equal(OwnerReadsAndWrites, File.GetUnixFileMode(Where));
    }

    [Fact]
    public void One_that_somebody_listens_at_is_left_to_them_even_where_they_accept_nothing()
    {
        using Socket? first = Bind(Where);
        List<Socket> waiting = [];
        try
        {
            while (TryConnect(waiting))
            {
            }
            Assert.Equal($"--control '{Where}': a running process listens there; stop it, or give another path", Refusal(Where));
        }
        finally
        {
            waiting.ForEach(socket => socket.Dispose());
        }
        Assert.True(File.Exists(Where));
    }

    [Fact]
    public void What_is_no_socket_is_left_as_it_is()
    {
        string link = Path.Combine(_directory, "link");
        using Socket? socket = Bind(Where);
        File.CreateSymbolicLink(link, Where);
        string file = Path.Combine(_directory, "file");
        File.WriteAllText(file, "somebody's");
        foreach (string path in new[] { link, file })
            Assert.Equal($"--control '{path}': there is a file that is no socket; remove it, or give another path", Refusal(path));
        Assert.Equal("somebody's", File.ReadAllText(file));
        Assert.Equal($"--control '{_directory}': it is a directory; give the path of a socket in it", Refusal(_directory));
        Assert.Equal($"--control '{file}x/y': no such directory; give a path in one that this user may write to", Refusal(file + "x/y"));
    }

    [Fact]
    public void It_is_called_by_the_place_that_it_is_from()
    {
        var options = new ProxyOptions { Listen = [], Upstreams = [], Control = _directory, NameOf = _ => "a.toml:3: control" };
        Assert.StartsWith($"a.toml:3: control '{_directory}': ", Assert.Throws<StartException>(() => ControlSocket.Bind(options)).Message, StringComparison.Ordinal);
    }

    /// <summary>False once the backlog is full.</summary>
    private bool TryConnect(List<Socket> connected)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
        connected.Add(socket);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(Where));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static string Refusal(string path) => Assert.Throws<StartException>(() => Bind(path)).Message;

    private static Socket? Bind(string? path) => ControlSocket.Bind(new ProxyOptions { Listen = [], Upstreams = [], Control = path });
}
