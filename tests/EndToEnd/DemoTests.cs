using System.Globalization;
using System.Net;
using System.Net.Sockets;
using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.EndToEnd;

/// <summary>What <c>make demo</c> runs: for many, the first that they see of the proxy.</summary>
public sealed class DemoTests
{
    private static readonly string s_script = Path.Combine(Repository.Root, "tools", "demo.sh");

    [Fact]
    public async Task Every_name_is_answered()
    {
        using Socket one = Take(), other = Take();
        (int port, int upstream) = (Port(one), Port(other));
        one.Dispose();
        other.Dispose();
        Tool.Result result = await RunAsync(port, upstream);
        Assert.True(result.ExitCode == 0, result.Output);
        foreach (string answer in (string[])["192.0.2.80", "2001:db8::80", "192.0.2.25", "NXDOMAIN"]) Assert.Contains(answer, result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_port_that_is_busy_is_one_line_with_the_way_out(bool isUpstream)
    {
        using Socket taken = Take(), free = Take();
        int busy = Port(taken), other = Port(free);
        free.Dispose();
        Tool.Result result = await (isUpstream ? RunAsync(other, busy) : RunAsync(busy, other));
        string variable = isUpstream ? "DEMO_UPSTREAM_PORT" : "DEMO_PORT";
        Assert.Equal((1, $"make demo: port {busy} is busy; choose another one: {variable}={busy + 1} make demo\n"), (result.ExitCode, result.Output));
    }

    private static Task<Tool.Result> RunAsync(int port, int upstream) => Tool.RunAsync(
        "env", string.Create(CultureInfo.InvariantCulture, $"DEMO_PORT={port}"), string.Create(CultureInfo.InvariantCulture, $"DEMO_UPSTREAM_PORT={upstream}"),
        s_script, Repository.Binary);

    private static int Port(Socket socket) => ((IPEndPoint)socket.LocalEndPoint!).Port;

    private static Socket Take()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen();
        return socket;
    }
}
