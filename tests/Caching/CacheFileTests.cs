using DotProxy.Caching;
using DotProxy.Configuration;
using DotProxy.Dns;
using DotProxy.Telemetry;
using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.Caching;

public sealed class CacheFileTests : IDisposable
{
    private const int Restored = 40, Unusable = 41, NotSaved = 43;

    private readonly string _directory = Directory.CreateTempSubdirectory("dotproxy-test.").FullName;

    private string Path => System.IO.Path.Combine(_directory, "cache");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void What_was_kept_is_given_after_a_restart_and_has_aged_by_the_time_between()
    {
        using (var before = new CacheHouse())
        {
            before.Ask(CacheHouse.Query("a.example.com"), Answers.Address("a.example.com", ttl: 300));
            before.Ask(CacheHouse.Query("gone.example.com"), Answers.NoSuchName("gone.example.com", minimum: 100));
            before.Pass(10);
            NewFile(before).Save();
        }
        using var after = new CacheHouse();
        after.Pass(50);
        NewFile(after).Load();

        Assert.Equal(250u, Assert.Single(after.Recall("A.example.com").Answers).TimeToLive);
        Assert.Equal(Answers.NameError, after.Recall("gone.example.com").Rcode);
        Assert.Contains(after.Log.Lines, line => line.Id == Restored);
        after.Pass(51);
        Assert.True(after.Misses("gone.example.com"));
    }

    [Fact]
    public void What_expired_meanwhile_is_stale_and_what_is_too_old_for_that_is_left_out()
    {
        SaveOne(ttl: 60);
        using var after = new CacheHouse(new CachePolicy { StaleFor = 1000 });
        after.Pass(100);
        NewFile(after, new CachePolicy { StaleFor = 1000 }).Load();
        after.Next.Outage = Resolution.Sample.Failure;
        Assert.Equal(30u, Assert.Single(after.Recall("a.example.com").Answers).TimeToLive);

        using var later = new CacheHouse();
        later.Pass(100);
        NewFile(later, new CachePolicy { StaleFor = 30 }).Load();
        Assert.Equal(0, later.Cache.Count);
    }

    [Fact]
    public void A_clock_that_was_set_back_makes_nothing_younger()
    {
        using (var before = new CacheHouse())
        {
            before.Pass(10_000);
            before.Ask(CacheHouse.Query("a.example.com"), Answers.Address("a.example.com", ttl: 300));
            before.Pass(100);
            NewFile(before).Save();
        }
        using var after = new CacheHouse();
        NewFile(after).Load();
        Assert.Equal(200u, Assert.Single(after.Recall("a.example.com").Answers).TimeToLive);
    }

    [Fact]
    public void Failures_are_not_kept()
    {
        using var house = new CacheHouse();
        house.Ask("a.example.com");
        house.Next.Fail(Resolution.Sample.Failure);
        NewFile(house).Save();
        using var after = new CacheHouse();
        NewFile(after).Load();
        Assert.Equal(0, after.Cache.Count);
    }

    [Fact]
    public void A_file_that_is_damaged_anywhere_or_cut_off_is_a_warning_and_an_empty_cache()
    {
        SaveOne();
        byte[] whole = File.ReadAllBytes(Path);
        for (int i = 0; i < whole.Length; i++)
        {
            byte[] damaged = [.. whole];
            damaged[i] ^= 0x40;
            AssertUnusable(damaged);
            AssertUnusable(whole[..i]);
        }
        AssertUnusable([.. whole, 0]);
        AssertUnusable(new byte[100_000]);
    }

    [Fact]
    public void The_file_is_the_owners_alone_and_no_draft_is_left()
    {
        SaveOne();
        Assert.Equal(["cache"], Directory.GetFiles(_directory).Select(System.IO.Path.GetFileName));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path));
    }

    [Fact]
    public void Where_it_cannot_be_written_that_is_a_warning_and_the_old_one_stays()
    {
        SaveOne();
        byte[] old = File.ReadAllBytes(Path);
        Directory.CreateDirectory(Path + ".new");
        using var house = new CacheHouse();
        house.Ask(CacheHouse.Query("b.example.com"), Answers.Address("b.example.com"));
        NewFile(house).Save();
        Assert.Contains(house.Log.Lines, line => line.Id == NotSaved);
        Assert.Equal(old, File.ReadAllBytes(Path));
    }

    [Fact]
    public void What_has_not_changed_is_not_written_again()
    {
        using var house = new CacheHouse();
        house.Ask(CacheHouse.Query("a.example.com"), Answers.Address("a.example.com"));
        CacheFile file = NewFile(house);
        file.Save();
        File.Delete(Path);
        file.Save();
        Assert.False(File.Exists(Path));
        house.Ask(CacheHouse.Query("b.example.com"), Answers.Address("b.example.com"));
        file.Save();
        Assert.True(File.Exists(Path));
    }

    // What the public said of a name before it was routed must not hide what its own server says, nor what that said stay behind.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Neither_a_route_that_is_new_nor_one_that_is_gone_meets_what_another_server_said(bool isNew)
    {
        using (var before = new CacheHouse())
        {
            before.Ask(CacheHouse.Query("Nas.LAN"), Answers.NoSuchName("nas.lan", minimum: 300));
            before.Ask(CacheHouse.Query("lan"), Answers.NoSuchName("lan", minimum: 300));
            before.Ask(CacheHouse.Query("a.example.com"), Answers.Address("a.example.com", ttl: 300));
            NewFile(before, routed: isNew ? null : "lan").Save();
        }
        using var after = new CacheHouse();
        NewFile(after, routed: isNew ? "lan" : null).Load();
        Assert.Single(after.Recall("a.example.com").Answers);
        Assert.True(after.Misses("nas.lan"));
        Assert.True(after.Misses("lan"));
    }

    private CacheFile NewFile(CacheHouse house, CachePolicy? policy = null, string? routed = null)
    {
        var zones = new NameMap<RouteSpec>();
        if (routed is not null) zones.Add(HostName.Parse(routed), new RouteSpec(HostName.Parse(routed), UpstreamSpec.Default, null));
        return new(Path, house.Cache, house.Clock, policy ?? new CachePolicy(), house.Time, new LogEvents(house.Log, house.Time), zones);
    }

    private void SaveOne(uint ttl = 300)
    {
        using var house = new CacheHouse();
        house.Ask(CacheHouse.Query("a.example.com"), Answers.Address("a.example.com", ttl));
        NewFile(house).Save();
    }

    private void AssertUnusable(byte[] octets)
    {
        File.WriteAllBytes(Path, octets);
        using var house = new CacheHouse(octets: AnswerCache.MinShard);
        NewFile(house).Load();
        Assert.Equal(0, house.Cache.Count);
        Assert.Equal(Unusable, Assert.Single(house.Log.Lines).Id);
    }
}
