using CsCheck;
using DotProxy.Dns;
using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.Dns;

public sealed class HostNameTests
{
    [Theory]
    [InlineData("com", "com")]
    [InlineData("www.Example.COM.", "www.example.com")]
    [InlineData("_dns.a-b.0", "_dns.a-b.0")]
    public void A_name_is_read_into_lower_case(string text, string name)
    {
        Assert.True(HostName.TryParse(text, out byte[]? parsed));
        Assert.Equal(Messages.Name(name), parsed);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a..b")]
    [InlineData(".a")]
    [InlineData("a..")]
    [InlineData("a b")]
    [InlineData("a\\.b")]
    [InlineData("bücher.example")]
    [InlineData("*.example")]
    [InlineData("a/b")]
    public void What_is_no_name_is_not_read(string text) => Assert.False(HostName.TryParse(text, out _));

    [Fact]
    public void The_limits_of_labels_and_names_hold()
    {
        Assert.True(HostName.TryParse(new string('a', 63), out _));
        Assert.False(HostName.TryParse(new string('a', 64), out _));
        string longest = string.Join('.', new string('a', 63), new string('b', 63), new string('c', 63), new string('d', 61));
        Assert.True(HostName.TryParse(longest, out byte[]? name));
        Assert.Equal(255, name.Length);
        Assert.False(HostName.TryParse(longest + "d", out _));
        Assert.False(HostName.TryParse(string.Concat(Enumerable.Repeat("a.", 128)), out _));
    }

    [Fact]
    public void Whatever_is_read_is_a_whole_name_that_reads_the_same_again() =>
        Gen.String[Gen.Char["abAZ09-_.. é"], 0, 40].Sample(text =>
        {
            if (!HostName.TryParse(text, out byte[]? name)) return;
            Assert.True(DomainName.TryMeasure(name, 0, out int length));
            Assert.Equal(name.Length, length);
            Assert.True(HostName.TryParse(DomainName.Format(name), out byte[]? again));
            Assert.Equal(name, again);
        });
}
