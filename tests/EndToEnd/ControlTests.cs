using System.Net.Sockets;
using System.Text;
using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.EndToEnd;

/// <summary>The native binary at both ends of the control socket.</summary>
public sealed class ControlTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("dotproxy-test.").FullName;

    private string Where => Path.Combine(_directory, "control");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_name_is_asked_shown_flushed_and_asked_anew()
    {
        await using var upstream = new FakeUpstream();
        await using ProxyProcess proxy = await ProxyProcess.StartAsync(upstream.Spec, "--control", Where);
        byte[] query = Wire.Query(1, "a.test"), other = Wire.Query(2, "b.test");
        foreach (byte[] asked in new[] { query, query, other }) Assert.True(Wire.IsAnswerTo(await DnsClient.AskAsync(proxy.EndPoint, asked), asked));

        Assert.Contains("1 of 3 questions, 33.3 %", await CacheAsync(), StringComparison.Ordinal);
        Assert.Matches(@"^ +TYPE +CLASS +FLAGS +HOLDS +OCTETS +AGE +LEFT\n +A +IN +- +answer +\d+ +\d+s +\d+s\n$", await CacheAsync("show", @"\065.TEST"));
        Assert.Equal("1 answer of a.test. removed\n", await CacheAsync("flush", "a.test"));
        Assert.Equal("nothing is held of a.test.\n", await CacheAsync("show", "a.test"));
        foreach (byte[] asked in new[] { query, other }) Assert.True(Wire.IsAnswerTo(await DnsClient.AskAsync(proxy.EndPoint, asked), asked));
        Assert.Equal(3, upstream.Queries.Count);

        Assert.Equal("2 answers removed\n", await CacheAsync("flush", "--all"));
        Assert.True(Wire.IsAnswerTo(await DnsClient.AskAsync(proxy.EndPoint, query), query));
        Assert.Equal(4, upstream.Queries.Count);
        await proxy.Process.WaitForLineAsync("cache flushed: 2 answers removed");
        Assert.DoesNotContain("a.test", proxy.Process.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_socket_is_the_owners_alone_and_a_clean_stop_removes_it()
    {
        await using var upstream = new FakeUpstream();
        await using ProxyProcess proxy = await ProxyProcess.StartAsync(upstream.Spec, "--control", Where);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Where));
        await proxy.Process.SignalAsync("TERM");
        Assert.Equal(0, await proxy.Process.WaitForExitAsync());
        Assert.False(File.Exists(Where));
        await FailsAsync(1, $"dotproxy: cannot ask at '{Where}': there is no such socket; start the proxy with this --control, or give the path that it has\n");
    }

    [Fact]
    public async Task A_second_proxy_on_the_same_path_is_refused_and_the_first_goes_on()
    {
        await using var upstream = new FakeUpstream();
        await using ProxyProcess proxy = await ProxyProcess.StartAsync(upstream.Spec, "--control", Where);
        Tool.Result second = await Tool.RunAsync(
            Repository.Binary, "--listen", "127.0.0.1:0", "--upstream", upstream.Spec, "--ca-file", TestCertificates.Authority, "--control", Where);
        Assert.Equal((2, $"dotproxy: --control '{Where}': a running process listens there; stop it, or give another path\n"), (second.ExitCode, second.Output));
        Assert.Contains("answers held", await CacheAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_killed_proxy_leaves_is_replaced()
    {
        await using var upstream = new FakeUpstream();
        await using (ProxyProcess first = await ProxyProcess.StartAsync(upstream.Spec, "--control", Where))
        {
            await first.Process.SignalAsync("KILL");
            await first.Process.WaitForExitAsync();
        }
        Assert.True(File.Exists(Where));
        await FailsAsync(1, $"dotproxy: cannot ask at '{Where}': nobody listens there; start the proxy with this --control, or give the path that it has\n");
        await using ProxyProcess second = await ProxyProcess.StartAsync(upstream.Spec, "--control", Where);
        Assert.Contains("answers held", await CacheAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Garbage_and_peers_that_say_nothing_harm_nobody()
    {
        await using var upstream = new FakeUpstream();
        await using ProxyProcess proxy = await ProxyProcess.StartAsync(upstream.Spec, "--control", Where);
        List<ControlPeer> peers = [];
        byte[] garbage = new byte[10_000];
        new SeededOctets(1).Fill(garbage);
        for (int i = 0; i < 8; i++)
        {
            peers.Add(await ControlPeer.ConnectAsync(Where));
            if (i % 2 == 0) await peers[i].SendAsync(garbage[i..]);
        }
        byte[] query = Wire.Query(1, "a.test");
        Assert.True(Wire.IsAnswerTo(await DnsClient.AskAsync(proxy.EndPoint, query), query));
        Assert.Contains("answers held", await CacheAsync(), StringComparison.Ordinal);
        peers.ForEach(peer => peer.Dispose());
        Assert.DoesNotContain("unexpected", proxy.Process.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_user_is_turned_away_whatever_the_mode_has_become()
    {
        if (!Environment.IsPrivilegedProcess) Assert.Skip("only root can become another user");
        await using var upstream = new FakeUpstream();
        await using ProxyProcess proxy = await ProxyProcess.StartAsync(upstream.Spec, "--control", Where);
        const UnixFileMode everybody = (UnixFileMode)0b111_101_101;
        string binary = Path.Combine(_directory, "dotproxy");
        File.Copy(Repository.Binary, binary);
        File.SetUnixFileMode(_directory, everybody);
        string[] asOther = ["--reuid", "65532", "--regid", "65532", "--clear-groups", binary, "cache", "--control", Where];
        Tool.Result kept = await Tool.RunAsync("setpriv", asOther);
        Assert.Equal(
            (1, $"dotproxy: cannot ask at '{Where}': permission denied; ask as the user that the proxy runs as, or as root\n"), (kept.ExitCode, kept.Output));
        File.SetUnixFileMode(Where, (UnixFileMode)0b110_110_110);
        Tool.Result refused = await Tool.RunAsync("setpriv", asOther);
        Assert.Equal((1, "dotproxy: only the user that the proxy runs as, and root, may ask\n"), (refused.ExitCode, refused.Output));
    }

    [Fact]
    public async Task Without_a_cache_the_reason_is_given()
    {
        await using var upstream = new FakeUpstream();
        await using ProxyProcess proxy = await ProxyProcess.StartAsync(upstream.Spec, "--control", Where, "--cache-size", "0");
        await FailsAsync(1, "dotproxy: this proxy keeps no cache (--cache-size 0)\n");
    }

    // Whoever made a socket at a path that anybody may write to is not to drive the terminal of who asks there.
    [Theory]
    [InlineData("ok", 0, "a [2Jb\nc\n")]
    [InlineData("refused", 1, "dotproxy: a [2Jb c\n")]
    public async Task What_an_impostor_says_drives_no_terminal(string verdict, int exitCode, string expected)
    {
        using var impostor = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        impostor.Bind(new UnixDomainSocketEndPoint(Where));
        impostor.Listen();
        Task<Tool.Result> asking = Tool.RunAsync(Repository.Binary, "cache", "--control", Where);
        using (Socket peer = await impostor.AcceptAsync(TestContext.Current.CancellationToken))
        {
            await peer.ReceiveAsync(new byte[64], TestContext.Current.CancellationToken);
            await peer.SendAsync(Encoding.UTF8.GetBytes($"{verdict} 8\na\u001b[2Jb\nc"), TestContext.Current.CancellationToken);
        }
        Tool.Result result = await asking;
        Assert.Equal((exitCode, expected), (result.ExitCode, result.Output));
    }

    [Fact]
    public async Task Wrong_usage_is_one_line_and_help_is_there()
    {
        await FailsAsync(2, "dotproxy: 'shwo' is unknown (did you mean show?); 'dotproxy cache --help' lists what there is\n", "shwo", "a.test");
        Tool.Result help = await Tool.RunAsync(Repository.Binary, "cache", "show", "--help");
        Assert.Equal(0, help.ExitCode);
        Assert.All(help.Output.Split('\n'), line => Assert.True(line.Length <= 80 && line == line.TrimEnd(), line));
        foreach (string usage in new[] { "cache show NAME", "cache flush NAME", "cache flush --all", "--control PATH" })
            Assert.Contains(usage, help.Output, StringComparison.Ordinal);
    }

    private async Task<string> CacheAsync(params string[] words)
    {
        Tool.Result result = await Tool.RunAsync(Repository.Binary, ["cache", .. words, "--control", Where]);
        Assert.True(result.ExitCode == 0, result.Output);
        return result.Output;
    }

    private async Task FailsAsync(int exitCode, string output, params string[] words)
    {
        Tool.Result result = await Tool.RunAsync(Repository.Binary, ["cache", .. words, "--control", Where]);
        Assert.Equal((exitCode, output), (result.ExitCode, result.Output));
    }
}
