using System.Net.Sockets;
using DotProxy.Configuration;
using DotProxy.Control;
using DotProxy.Telemetry;
using DotProxy.Tests.Fakes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace DotProxy.Tests.Control;

public sealed class ControlServerTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("dotproxy-test.").FullName;
    private readonly FakeTimeProvider _time = new();
    private readonly RecordingLogger _log = new();
    private readonly ControlServer _server;

    public ControlServerTests()
    {
        var log = new LogEvents(_log, _time);
        Socket? socket = ControlSocket.Bind(new ProxyOptions { Listen = [], Upstreams = [], Control = Where });
        _server = ControlServer.Start(socket, new CacheRequests(new FakeCache(), log), _time, log)!;
    }

    private string Where => Path.Combine(_directory, "control");

    public void Dispose()
    {
        _server.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task A_request_is_answered_and_the_connection_ends()
    {
        for (int i = 0; i < 3 * ControlServer.MaxPeers; i++)
            Assert.Equal("ok 27\nnothing is held of a.test.\n", await ControlPeer.AskAsync(Where, "show a.test.\n"));
        Assert.StartsWith("refused ", await ControlPeer.AskAsync(Where, "nonsense\n"), StringComparison.Ordinal);
        Assert.Equal($"control socket at {Where}: 'dotproxy cache' shows and flushes there", Assert.Single(_log.Messages));
    }

    [Fact]
    public async Task A_line_may_come_in_pieces()
    {
        using ControlPeer peer = await ControlPeer.ConnectAsync(Where);
        foreach (char letter in "show a.test.\n") await peer.SendAsync([(byte)letter]);
        Assert.EndsWith("\nnothing is held of a.test.\n", await peer.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_longest_name_has_room_in_a_line_and_a_line_without_end_is_cut_off()
    {
        string label = string.Concat(Enumerable.Repeat("\\255", 63)), name = $"{label}.{label}.{label}.{string.Concat(Enumerable.Repeat("\\255", 61))}.";
        Assert.StartsWith("ok ", await ControlPeer.AskAsync(Where, $"flush {name}\n"), StringComparison.Ordinal);
        Assert.Empty(await ControlPeer.AskAsync(Where, new string('x', 1 << 20)));
    }

    [Fact]
    public async Task Peers_that_say_nothing_are_let_go_and_others_get_their_turn()
    {
        ControlPeer[] stuck = [.. await Task.WhenAll(Enumerable.Range(0, ControlServer.MaxPeers).Select(_ => ControlPeer.ConnectAsync(Where)))];
        Task<string>[] heard = [.. stuck.Select(peer => peer.ReadToEndAsync())];
        // The clock is moved again and again: nobody outside sees when each of them has begun to be served.
        await Condition.HoldsAsync(() =>
        {
            _time.Advance(ControlServer.Patience);
            return heard.All(reading => reading.IsCompleted);
        });
        Assert.All(await Task.WhenAll(heard), Assert.Empty);
        Assert.StartsWith("ok ", await ControlPeer.AskAsync(Where, "figures\n"), StringComparison.Ordinal);
        foreach (ControlPeer peer in stuck) peer.Dispose();
        Assert.DoesNotContain(_log.Lines, line => line.Level >= LogLevel.Warning);
    }

    [Fact]
    public void The_file_goes_with_the_server()
    {
        Assert.True(File.Exists(Where));
        _server.Dispose();
        Assert.False(File.Exists(Where));
    }
}
