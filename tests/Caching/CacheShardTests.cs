using DotProxy.Caching;
using DotProxy.Dns;

namespace DotProxy.Tests.Caching;

/// <summary>Readers without a lock beside writers: what they get is whole, of one version, and of the name they asked for.</summary>
public sealed class CacheShardTests
{
    [Theory]
    [InlineData(400, 150)]
    [InlineData(60, 3000)]
    public async Task Readers_beside_writers_and_eviction_never_see_torn_or_foreign_data(int names, int longest)
    {
        using var shard = new CacheShard(AnswerCache.MinShard);
        byte[][] questions = [.. Enumerable.Range(0, names).Select(Entries.Question)];
        int[] written = new int[names];
        long torn = 0, older = 0, reads = 0, writes = 0;
        using var stop = new CancellationTokenSource();

        // Each name has one writer, so that a version that was seen never gives way to an older one.
        Task[] writing = [.. Enumerable.Range(0, 2).Select(writer => Task.Run(() =>
        {
            var random = new Random(writer);
            for (int i = 0; i < 60_000; i++)
            {
                int number = (random.Next(names / 2) * 2) + writer;
                QuestionKey key = Entries.Key(questions[number]);
                if (random.Next(50) == 0) shard.Remove(key);
                else shard.TryPut(key, Entries.Entry(key, Entries.Body(number, ++written[number], 8 + random.Next(longest))));
                Interlocked.Increment(ref writes);
            }
        }))];
        Task[] reading = [.. Enumerable.Range(2, 2).Select(reader => Task.Run(() =>
        {
            var random = new Random(reader);
            int[] seen = new int[names];
            byte[]? buffer = null;
            while (!stop.IsCancellationRequested)
            {
                int number = random.Next(names);
                if (!shard.TryRead(Entries.Key(questions[number]), ref buffer, out EntryHeader header)) continue;
                int version = Entries.Check(buffer.AsSpan(0, header.MessageLength), questions[number], number);
                if (version < 0) Interlocked.Increment(ref torn);
                if (version < seen[number]) Interlocked.Increment(ref older);
                seen[number] = version;
                Interlocked.Increment(ref reads);
            }
        }))];
        await Task.WhenAll(writing);
        await stop.CancelAsync();
        await Task.WhenAll(reading);

        Assert.Equal((0, 0), (torn, older));
        Assert.True(shard.Evictions > 0);
        Assert.True(reads > 1000, $"{reads} reads beside {writes} writes");
    }

    [Fact]
    public void Each_write_changes_the_version_and_reading_does_not()
    {
        using var shard = new CacheShard(AnswerCache.MinShard);
        byte[]? buffer = null;
        QuestionKey key = Entries.Key(Entries.Question(1));
        int version = shard.Version;
        shard.TryPut(key, Entries.Entry(key, Entries.Body(1, 1, 50)));
        Assert.NotEqual(version, version = shard.Version);
        shard.TryRead(key, ref buffer, out _);
        Assert.Equal(version, shard.Version);
        Assert.True(shard.Remove(key));
        Assert.False(shard.Remove(key));
        Assert.NotEqual(version, shard.Version);
    }

    [Fact]
    public void Each_entry_is_shown_once_and_in_the_pauses_others_may_write()
    {
        using var shard = new CacheShard(AnswerCache.MinShard);
        for (int i = 0; i < 30; i++)
        {
            QuestionKey key = Entries.Key(Entries.Question(i));
            shard.TryPut(key, Entries.Entry(key, Entries.Body(i, 1, 50)));
        }
        var shown = new List<string>();
        shard.ForEach(answer => shown.Add(DomainName.Format(answer.Question[..^4])), () =>
        {
            QuestionKey key = Entries.Key(Entries.Question(0));
            shard.TryPut(key, Entries.Entry(key, Entries.Body(0, 2, 50)));
        });
        Assert.True(shown.Distinct().Count() >= 29);
        shown.Clear();
        shard.ForEach(answer => shown.Add(DomainName.Format(answer.Question[..^4])), () => { });
        Assert.Equal(shard.Count, shown.Distinct().Count());
    }
}
