using System.Net;
using CsCheck;
using DotProxy.Configuration;
using DotProxy.LocalNames;
using DotProxy.Tests.Fakes;
using Messages = DotProxy.Tests.Fakes.Messages;

namespace DotProxy.Tests.LocalNames;

public sealed class HostsFileTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Addresses_names_and_comments_are_read()
    {
        HostsFile file = Parse("# a comment", "", "192.168.1.5\tNas.Lan nas  # the big one", "  2001:db8::5 nas.lan.", "127.0.1.1 _x.a-b#c");
        Assert.Equal(["192.168.1.5", "2001:db8::5", "127.0.1.1"], file.Lines.Select(line => line.Address.ToString()));
        Assert.Equal([Messages.Name("nas.lan"), Messages.Name("nas")], file.Lines[0].Names);
        Assert.Equal([Messages.Name("nas.lan")], file.Lines[1].Names);
        Assert.Equal([Messages.Name("_x.a-b")], file.Lines[2].Names);
        Assert.Equal(0, file.FaultCount);
    }

    [Theory]
    [InlineData("nas 192.168.1.5", "'nas' is no IP address")]
    [InlineData("192.168.1 nas", "'192.168.1' is no IP address")]
    [InlineData("192.168.1.05 nas", "'192.168.1.05' is no IP address")]
    [InlineData("192.168.1.5:53 nas", "'192.168.1.5:53' is no IP address")]
    [InlineData("fe80::1%1 nas", "'fe80::1%1' names an interface, which DNS cannot tell")]
    [InlineData("192.168.1.5 # nas", "there is no name for 192.168.1.5")]
    [InlineData("192.168.1.5 nas nas..lan", "'nas..lan' is no host name")]
    [InlineData("192.168.1.5 *.lan", "'*.lan' is no host name")]
    public void A_line_that_cannot_be_read_is_left_out_and_named(string line, string fault)
    {
        HostsFile file = Parse("10.0.0.1 a", line, "10.0.0.2 b");
        Assert.Equal([(2, fault)], file.Faults.Select(left => (left.Line, left.Text)));
        Assert.Equal(["10.0.0.1", "10.0.0.2"], file.Lines.Select(good => good.Address.ToString()));
    }

    [Fact]
    public void Many_bad_lines_are_counted_and_the_first_are_named()
    {
        HostsFile file = Parse([.. Enumerable.Range(0, 1000).Select(i => $"nonsense{i}")]);
        Assert.Equal((1000, 10), (file.FaultCount, file.Faults.Count));
    }

    [Fact]
    public void Without_a_file_there_is_none_and_what_cannot_be_read_ends_the_start()
    {
        Assert.Null(HostsFile.Load(null, "--hosts"));
        Assert.Empty(HostsFile.Load(_path, "--hosts")!.Lines);
        File.Delete(_path);
        Assert.StartsWith($"--hosts '{_path}': ", Assert.Throws<StartException>(() => HostsFile.Load(_path, "--hosts")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_without_end_ends_the_start() => Assert.Equal(
        "--hosts '/dev/zero': it has a line of more than 65536 characters; give the path of a file like /etc/hosts that this user may read",
        Assert.Throws<StartException>(() => HostsFile.Load("/dev/zero", "--hosts")).Message);

    [Theory]
    [InlineData("10.0.0.1 a\r\n10.0.0.2 b\r\n")]
    [InlineData("10.0.0.1 a\n\n10.0.0.2 b")]
    public void Lines_end_as_people_end_them(string text)
    {
        File.WriteAllText(_path, text);
        HostsFile file = HostsFile.Load(_path, "--hosts")!;
        Assert.Equal([Messages.Name("a"), Messages.Name("b")], file.Lines.Select(line => line.Names[0]));
        Assert.Equal(0, file.FaultCount);
    }

    [Fact]
    public void More_names_than_there_is_room_for_end_the_start()
    {
        string line = "0.0.0.0 " + string.Join(' ', Enumerable.Repeat("a", 1024));
        string message = Assert.Throws<StartException>(() => Parse([.. Enumerable.Repeat(line, 1025)])).Message;
        Assert.Contains("more than 1048576 names", message, StringComparison.Ordinal);
    }

    // What a person may write, blanks and comments wherever they may be, is read as it was meant.
    [Fact]
    public void Whatever_way_a_line_is_written_its_address_and_names_are_read()
    {
        Gen<IPAddress> address = Gen.OneOf(Gen.Byte.Array[4], Gen.Byte.Array[16]).Select(octets => new IPAddress(octets));
        Gen<string> label = Gen.String[Gen.Char["abcxyzABCXYZ0189-_"], 1, 20], blank = Gen.String[Gen.Char[" \t"], 1, 3];
        Gen<string> name = label.Array[1, 4].Select(labels => string.Join('.', labels));
        Gen.Select(address, name.Array[1, 5], blank, Gen.OneOf(Gen.Const(""), Gen.String.Select(text => "#" + text)), Gen.Bool).Sample((a, names, space, comment, leads) =>
        {
            HostsFile file = Parse((leads ? space : "") + a + space + string.Join(space, names) + comment);
            Assert.Equal(0, file.FaultCount);
            HostsLine line = Assert.Single(file.Lines);
            Assert.Equal(a, line.Address);
#pragma warning disable CA1308
            Assert.Equal(names.Select(n => Messages.Name(n.ToLowerInvariant())), line.Names);
#pragma warning restore CA1308
        });
    }

    // Whatever is in the file, each line is read, left out and counted, or empty; what was read is answered.
    [Fact]
    public void No_text_is_too_strange()
    {
        Gen<string> word = Gen.OneOf(Gen.String, Gen.Const("127.0.0.1"), Gen.Const("::1"), Gen.Const("a.b"), Gen.Const("x"), Gen.Const("#"), Gen.Const("localhost"), Gen.Const("a.b.onion"));
        word.Array[0, 5].Select(words => string.Join(' ', words)).Array[0, 20].Sample(lines =>
        {
            HostsFile file = Parse(lines);
            Assert.True(file.Lines.Count + file.FaultCount <= lines.Length);
            var table = new LocalTable(file, []);
            foreach (HostsLine line in file.Lines)
            {
                foreach (byte[] name in line.Names) Assert.True(table.TryAnswer(Messages.Question(name), out _));
            }
        });
    }

    private static HostsFile Parse(params string[] lines) => HostsFile.Parse("hosts", lines);
}
