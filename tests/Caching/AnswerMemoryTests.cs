using DotProxy.Caching;
using DotProxy.Dns;
using DotProxy.Resolution;
using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.Caching;

public sealed class AnswerMemoryTests
{
    // An outcome lives in its thread's buffer. A clock that runs timers when it is asked, as that of tests does, must not come between.
    [Fact]
    public void Asking_the_clock_never_comes_between_reading_an_entry_and_telling_it()
    {
        using var cache = new AnswerCache(AnswerCache.MinShard);
        var time = new InterruptingTime();
        var memory = new AnswerMemory(cache, new CachePolicy(), new CacheClock(time));
        QuestionKey first = KeyOf("a.example.com"), second = KeyOf("b.example.com");
        memory.Keep(first, Outcome.Answered(Answers.Address("a.example.com", 100, "192.0.2.1")), isOutage: false);
        memory.Keep(second, Outcome.Answered(Answers.Address("b.example.com", 100, "192.0.2.2")), isOutage: false);

        byte[]? buffer = null;
        time.Interruption = () =>
        {
            Assert.True(cache.TryRead(KeyOf("b.example.com"), out CachedAnswer other));
            buffer = other.Message.ToArray();
        };
        Assert.Equal(Recollection.Fresh, memory.Recall(first, out Outcome fresh));
        Assert.NotNull(buffer);
        Assert.Equal(1, fresh.Answer.Records[^1]);
        time.Seconds = 100;
        Assert.True(memory.TryRecallStale(first, out Outcome stale));
        Assert.Equal(1, stale.Answer.Records[^1]);
        Assert.Equal(1, memory.Keep(first, Outcome.Failed(Resolution.Sample.Failure), isOutage: false).Answer.Records[^1]);
    }

    private static QuestionKey KeyOf(string name) => QuestionKey.Create(Messages.Question(name), dnssecOk: false, checkingDisabled: false, new byte[QuestionKey.Room]);

    private sealed class InterruptingTime : TimeProvider
    {
        public Action Interruption { get; set; } = () => { };

        public long Seconds { get; set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp()
        {
            Interruption();
            return Seconds;
        }
    }
}
