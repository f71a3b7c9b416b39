using CsCheck;
using DotProxy.Caching;

namespace DotProxy.Tests.Caching;

/// <summary>The store beside a dictionary: it may forget, but what it gives is what was put last.</summary>
public sealed class EntryStoreTests
{
    private const int Octets = AnswerCache.MinShard;

    [Fact]
    public void Whatever_is_done_in_any_order_it_gives_what_was_put_last_or_nothing() =>
        Gen.Select(Gen.Int[0, 99], Gen.Int[0, 60], Gen.Frequency((8, Gen.Int[8, 200]), (3, Gen.Int[200, 3000]), (1, Gen.Int[3000, 65_000]))).Array[0, 1500]
            .Sample(steps => Run(steps), iter: 60);

    [Fact]
    public void It_fills_up_to_nearly_all_its_memory_and_never_over_it()
    {
        using var store = new Holder(Octets);
        for (int i = 0; i < 5000; i++)
        {
            store.Put(i, 0, 60 + (i % 100));
            Assert.InRange(store.Entries.Octets, 0, Octets);
        }
        // The main ring is for what is asked for again.
        for (int i = 0; i < 5000; i++)
        {
            store.Put(i % 1000, 0, 100);
            store.Read(i % 1000);
        }
        Assert.InRange(store.Entries.Octets, Octets * 0.8, Octets);
        Assert.True(store.Entries.Count > 200);
    }

    // The least entry there can be: more of them fit into the rings than the index has slots for.
    [Fact]
    public void An_index_that_is_full_evicts_as_full_rings_do()
    {
        using var store = new Holder(Octets);
        byte[] body = new byte[8];
        for (int round = 0; round < 3; round++)
        {
            for (int i = 0; i < 4000; i++)
            {
                byte[] question = [2, (byte)(i >> 8), (byte)i, 0, 0, 1, 0, 1];
                QuestionKey key = Entries.Key(question);
                Assert.True(store.Entries.TryPut(key, Entries.Entry(key, body)));
                byte[]? buffer = null;
                Assert.True(store.Entries.TryCopy(key, ref buffer, out _, out int slot));
                store.Entries.Visit(slot, key.Hash);
                Assert.True(store.Entries.Count <= store.Entries.Slots / 8 * 7);
            }
        }
        Assert.True(store.Entries.Evictions > 0);
    }

    [Fact]
    public void A_large_newcomer_is_let_in_the_second_time()
    {
        using var store = new Holder(1 << 20);
        Assert.False(store.Put(1, 1, 60_000));
        Assert.Equal(-1, store.Read(1));
        Assert.True(store.Put(1, 2, 60_000));
        Assert.Equal(2, store.Read(1));
    }

    [Fact]
    public void Large_newcomers_however_many_leave_the_favourites_alone()
    {
        using var store = new Holder(1 << 20);
        const int favourites = 2000;
        for (int round = 0; round < 4; round++)
        {
            for (int i = 0; i < favourites; i++)
            {
                store.Put(i, 1, 60);
                store.Read(i);
            }
        }
        for (int i = 0; i < 500; i++) store.Put(10_000 + i, 1, 20_000 + (i * 50));
        Assert.Equal(favourites, Enumerable.Range(0, favourites).Count(i => store.Read(i) == 1));
    }

    [Fact]
    public void A_failure_only_notes_itself_in_an_answers_entry()
    {
        using var store = new Holder(Octets);
        store.Put(1, 7, 100);
        byte[] question = Entries.Question(1);
        QuestionKey key = Entries.Key(question);
        store.Entries.TryPut(key, NewEntry.Create(new EntryHeader { Kind = EntryKind.Failure, RetryAt = 99, Failures = 3 }, key, default, "why"u8));
        Assert.Equal(7, store.Read(1));
        byte[]? buffer = null;
        Assert.True(store.Entries.TryCopy(key, ref buffer, out EntryHeader header, out _));
        Assert.Equal((99u, 3, EntryKind.Positive), (header.RetryAt, header.Failures, header.Kind));
    }

    private static bool Run((int Kind, int Number, int Length)[] steps)
    {
        using var store = new Holder(Octets);
        var last = new Dictionary<int, int>();
        int version = 0;
        foreach ((int kind, int number, int length) in steps)
        {
            switch (kind)
            {
                case < 50:
                    // What does not fit takes the old one with it.
                    if (store.Put(number, ++version, length)) last[number] = version;
                    else last.Remove(number);
                    break;
                case < 92:
                    int found = store.Read(number);
                    if (found != -1 && (!last.TryGetValue(number, out int expected) || found != expected)) return false;
                    break;
                case < 99:
                    bool wasThere = store.Entries.Remove(Entries.Key(Entries.Question(number)));
                    if (wasThere && !last.ContainsKey(number)) return false;
                    last.Remove(number);
                    break;
                default:
                    if (store.Entries.Clear() > last.Count || store.Entries.Count != 0) return false;
                    last.Clear();
                    break;
            }
            if (store.Entries.Count > last.Count || store.Entries.Octets > Octets) return false;
        }
        int shown = 0;
        store.Entries.Show(0, store.Entries.Slots, _ => shown++);
        return shown == store.Entries.Count && shown == last.Keys.Count(number => store.Read(number) != -1);
    }

    /// <summary>Has the store in a field, as it must be.</summary>
    private sealed class Holder(int octets) : IDisposable
    {
        public EntryStore Entries = new(octets);

        private byte[]? _buffer;

        public bool Put(int number, int version, int length)
        {
            QuestionKey key = Caching.Entries.Key(Caching.Entries.Question(number));
            return Entries.TryPut(key, Caching.Entries.Entry(key, Caching.Entries.Body(number, version, length)));
        }

        /// <summary>The version; -1 where there is none, -2 where it is damaged.</summary>
        public int Read(int number)
        {
            byte[] question = Caching.Entries.Question(number);
            QuestionKey key = Caching.Entries.Key(question);
            if (!Entries.TryCopy(key, ref _buffer, out EntryHeader header, out int slot)) return -1;
            Entries.Visit(slot, key.Hash);
            int version = Caching.Entries.Check(_buffer.AsSpan(0, header.MessageLength), question, number);
            return version < 0 ? -2 : version;
        }

        public void Dispose() => Entries.Dispose();
    }
}
