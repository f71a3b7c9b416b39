using DotProxy.Dns;
using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.Dns;

public sealed class NameMapTests
{
    private readonly NameMap<string> _map = new();

    public NameMapTests()
    {
        foreach (string name in (string[])["example", "b.example", "com"]) _map.Add(Messages.Name(name), name);
    }

    [Theory]
    [InlineData("example", "example")]
    [InlineData("b.example", "b.example")]
    [InlineData("a.example", null)]
    [InlineData("org", null)]
    public void A_name_is_found_by_itself(string name, string? value) => Assert.Equal(value, _map.Find(Messages.Name(name)));

    [Theory]
    [InlineData("example", "example")]
    [InlineData("a.example", "example")]
    [InlineData("x.b.example", "b.example")]
    [InlineData("bb.example", "example")]
    [InlineData("a.b.c.com", "com")]
    [InlineData("org", null)]
    [InlineData("", null)]
    public void The_nearest_ancestor_is_found(string name, string? value) => Assert.Equal(value, _map.FindNearest(Messages.Name(name)));
}
