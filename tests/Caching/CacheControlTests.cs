using DotProxy.Caching;
using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.Caching;

public sealed class CacheControlTests : IDisposable
{
    private readonly CacheHouse _house = new();
    private readonly CacheControl _control;

    public CacheControlTests()
    {
        _control = new CacheControl(_house.Cache, _house.Clock, _house.Counters);
        _house.Ask(CacheHouse.Query("a.example.com"), Answers.Address("a.example.com", ttl: 300));
        _house.Ask(CacheHouse.Query("a.example.com", Messages.TypeSoa), Answers.NoSuchData("a.example.com"));
        _house.Ask(CacheHouse.Query("b.example.com"), Answers.Address("b.example.com"));
        _house.Pass(20);
    }

    public void Dispose() => _house.Dispose();

    [Fact]
    public void A_name_is_shown_with_all_its_types_in_whatever_letter_case_it_is_asked_for()
    {
        CacheListing address = _control.Look(Messages.Name("A.EXAMPLE.com")).Single(entry => entry.Type == Messages.TypeA);
        Assert.Equal((1, EntryKind.Positive, 0, 20L, 280L), (address.Class, address.Kind, address.Rcode, address.Age, address.Left));
        Assert.Equal(2, _control.Look(Messages.Name("a.example.com")).Count);
        Assert.Empty(_control.Look(Messages.Name("example.com")));
    }

    [Fact]
    public void A_name_is_flushed_with_all_its_types_and_no_other()
    {
        Assert.Equal(2, _control.Flush(Messages.Name("A.example.com")));
        Assert.True(_house.Misses("a.example.com"));
        _house.Recall("b.example.com");
        Assert.Equal(0, _control.Flush(Messages.Name("c.example.com")));
    }

    [Fact]
    public void Everything_is_flushed_and_counted()
    {
        Assert.Equal(3, _control.Figures.Entries);
        Assert.Equal(3, _control.Flush());
        Assert.Equal((0L, 3L), (_control.Figures.Entries, _control.Figures.Misses));
        Assert.True(_house.Misses("b.example.com"));
    }
}
