using DotProxy.Configuration;
using DotProxy.Dns;
using DotProxy.Resolution;
using DotProxy.Telemetry;

namespace DotProxy.Caching;

/// <summary>
/// The stage that answers from memory, before the channel. A question's way through it:
/// <list type="number">
/// <item>answered from a fresh entry, or from one whose failure is recent, by <see cref="TryRecall"/>; in the last tenth of an entry's
/// life it is looked up anew meanwhile;</item>
/// <item>else joined to the lookup of the same question, or sent on as a new one;</item>
/// <item>given the stale entry, if there is one, when the lookup is late, fails, or cannot be made (RFC 8767);</item>
/// <item>and remembered, answer or failure, when the lookup is done.</item>
/// </list>
/// </summary>
internal sealed class CachingResolver : IResolver, IDisposable
{
    // Our choices: how late the stale answer may be, who may wait in all (some 450 octets each), and what is worth refreshing early.
    private static readonly TimeSpan s_sweepPeriod = TimeSpan.FromMilliseconds(200);
    private const int MaxWaiting = 65_536;
    private const uint PrefetchShare = 10, LeastPrefetchedTtl = 10;

    private readonly IResolver _next;
    private readonly AnswerCache _cache;
    private readonly CachePolicy _policy;
    private readonly CacheClock _clock;
    private readonly TimeProvider _time;
    private readonly Counters _counters;
    private readonly LogEvents _log;
    private readonly QueryPool<Lookup> _pool;
    private readonly LookupTable _lookups;
    private readonly IdleTimer _sweep;
    private readonly long _timeoutTicks;
    private readonly long _patienceTicks;
    private int _waiting;

    public CachingResolver(
        IResolver next, AnswerCache cache, CachePolicy policy, CacheClock clock, TimeSpan timeout, TimeProvider time, Counters counters, LogEvents log)
    {
        _next = next;
        _cache = cache;
        _policy = policy;
        _clock = clock;
        _time = time;
        _counters = counters;
        _log = log;
        _timeoutTicks = (long)(timeout.TotalSeconds * time.TimestampFrequency);
        _patienceTicks = (long)(CachePolicy.ClientPatience.TotalSeconds * time.TimestampFrequency);
        _pool = new QueryPool<Lookup>(() => new Lookup(this));
        _lookups = new LookupTable(_pool);
        _sweep = new IdleTimer(time, s_sweepPeriod, ServeLate);
    }

    /// <summary>Makes the stage as the options say; it owns its cache.</summary>
    public static CachingResolver Before(IResolver next, ProxyOptions options, TimeProvider time, Counters counters, LogEvents log)
    {
        var policy = new CachePolicy
        {
            MinTtl = (uint)options.MinTtl.TotalSeconds,
            MaxTtl = (uint)options.MaxTtl.TotalSeconds,
            StaleFor = (uint)options.Stale.TotalSeconds,
        };
        return new CachingResolver(next, new AnswerCache(options.CacheSize), policy, new CacheClock(time), options.Timeout, time, counters, log);
    }

    public Failure? Outage => _next.Outage;

    /// <summary>Lookups under way.</summary>
    public int Pending => _pool.Leases;

    public bool TryRecall(in ScreenedMessage message, SinkSet sinks, out Outcome outcome)
    {
        outcome = default;
        Span<byte> room = stackalloc byte[QuestionKey.Room];
        QuestionKey key = KeyOf(message.Question, message.Requestor, room);
        bool isThere = _cache.TryRead(key, out CachedAnswer found);
        if (isThere && IsDueForPrefetch(found, _clock.Now))
        {
            Prefetch(key, message.Question, sinks);
            // On its way the lookup may have used this thread's copy.
            isThere = _cache.TryRead(key, out found);
        }
        if (isThere && TryUse(found, out outcome)) return true;
        _counters.CacheMisses.Increment();
        return false;
    }

    public void Resolve(Query query, SinkSet sinks)
    {
        // Without RD the upstream is asked for what it has, not for an answer: that is nobody else's.
        if ((query.Requestor.Flags & HeaderFlags.RecursionDesired) == 0)
        {
            _next.Resolve(query, sinks);
            return;
        }
        if (Interlocked.Increment(ref _waiting) > MaxWaiting)
        {
            Interlocked.Decrement(ref _waiting);
            _counters.Shed.Increment();
            _log.QueueFull(MaxWaiting);
            query.Complete(Outcome.Failed(Failure.QueueFull), sinks);
            return;
        }
        Span<byte> room = stackalloc byte[QuestionKey.Room];
        // Once it has joined, the query is its lookup's: nothing of it is touched after.
        Lookup? lookup = Join(KeyOf(query.Question, query.Requestor, room), query.Question, query, query.Deadline);
        if (lookup is not null) _next.Resolve(lookup, sinks);
        else _counters.Coalesced.Increment();
    }

    public void Flush() => _next.Flush();

    /// <summary>Takes over a lookup that the upstream's side has completed: remembers the outcome and answers all who wait.</summary>
    public void Finish(Lookup lookup, in Outcome outcome, SinkSet sinks)
    {
        Span<byte> room = stackalloc byte[QuestionKey.Room];
        var key = QuestionKey.Create(lookup.Question, lookup.Flags, lookup.Hash, room);
        // Remembered first: who asks from here on finds it there.
        Outcome told = outcome.IsOwnFailure
            ? Remember(key, outcome, Rcode.ServerFailure, outcome.Note.Text)
            : RememberAnswer(key, outcome.Message, lookup.Question.Length);
        CompleteAll(_lookups.Remove(lookup), told, sinks);
        _pool.Return(lookup);
    }

    /// <summary>After everything that was asked is answered.</summary>
    public void Dispose()
    {
        System.Diagnostics.Debug.Assert(_pool.Leases == 0, "a lookup was never completed");
        _sweep.Dispose();
        _cache.Dispose();
    }

    private bool TryUse(scoped in CachedAnswer found, out Outcome outcome)
    {
        outcome = default;
        uint now = _clock.Now;
        if (now < found.ExpiresAt)
        {
            _counters.CacheHits.Increment();
            outcome = Fresh(found, now);
            return true;
        }
        if (!IsUsableStale(found, now) || (now >= found.RetryAt && _next.Outage is null)) return false;
        _counters.StaleServed.Increment();
        outcome = Stale(found);
        return true;
    }

    private static QuestionKey KeyOf(scoped ReadOnlySpan<byte> question, in Requestor requestor, Span<byte> room) =>
        QuestionKey.Create(question, requestor.DnssecOk, (requestor.Flags & HeaderFlags.CheckingDisabled) != 0, room);

    private Lookup? Join(scoped QuestionKey key, ReadOnlySpan<byte> question, Query? waiter, long deadline)
    {
        Lookup? lookup = _lookups.Join(key, question, waiter, deadline - _timeoutTicks, deadline);
        _sweep.Arm();
        return lookup;
    }

    private Outcome Fresh(scoped in CachedAnswer found, uint now) => found.Kind == EntryKind.Failure
        ? Outcome.FailedBefore(found.Rcode, new ExtendedError(ExtendedErrorCode.CachedError, found.Text))
        : Outcome.Recalled(found.Parts, TtlsOf(found.Kind, found.ExpiresAt - found.StoredAt) with { Age = now - found.StoredAt }, default);

    private static Outcome Stale(scoped in CachedAnswer found) =>
        Outcome.Recalled(found.Parts, new TtlChange { Stale = CachePolicy.StaleTtl }, StaleNote(found));

    private static ExtendedError StaleNote(scoped in CachedAnswer found) => found.Parts.Header.LowRcode == (int)Rcode.NameError
        ? new ExtendedError(ExtendedErrorCode.StaleNameErrorAnswer, "the upstream does not answer now"u8)
        : new ExtendedError(ExtendedErrorCode.StaleAnswer, "the upstream does not answer now"u8);

    /// <summary>A negative answer's records count for no longer than it does (RFC 2308 §5).</summary>
    private TtlChange TtlsOf(EntryKind kind, uint lifetime) =>
        new() { Floor = _policy.MinTtl, Ceiling = kind == EntryKind.Negative ? Math.Min(lifetime, _policy.MaxTtl) : _policy.MaxTtl };

    private bool IsUsableStale(in CachedAnswer found, uint now) => found.Kind != EntryKind.Failure && now - found.ExpiresAt < _policy.StaleFor;

    private static bool IsDueForPrefetch(in CachedAnswer found, uint now)
    {
        uint lifetime = found.ExpiresAt - found.StoredAt;
        return now < found.ExpiresAt && (found.ExpiresAt - now) * PrefetchShare <= lifetime && lifetime >= LeastPrefetchedTtl
            && found.Kind != EntryKind.Failure && now >= found.RetryAt;
    }

    private void Prefetch(scoped QuestionKey key, ReadOnlySpan<byte> question, SinkSet sinks)
    {
        if (Join(key, question, waiter: null, _time.GetTimestamp() + _timeoutTicks) is not { } lookup) return;
        _counters.Prefetches.Increment();
        _next.Resolve(lookup, sinks);
    }

    private Outcome RememberAnswer(scoped QuestionKey key, ReadOnlySpan<byte> message, int questionLength)
    {
        if (!AnswerParts.TryRead(message, questionLength, out AnswerParts parts))
            return Remember(key, Outcome.Failed(Failure.MalformedAnswer), Rcode.ServerFailure, Failure.MalformedAnswer.Note.Text);
        var rcode = (Rcode)parts.Header.LowRcode;
        if (rcode is Rcode.ServerFailure or Rcode.Refused)
            return Remember(key, Outcome.Answered(message, parts, default), rcode, "the upstream answered so a moment ago"u8);

        if (!AnswerLifetime.TryFind(message, parts, _policy, out AnswerLifetime lifetime))
            return Outcome.Answered(message, parts, default);
        _cache.Put(key, parts, lifetime, _clock.Now);
        bool changes = _policy.MinTtl > 0 || lifetime.HasLongerTtls;
        return Outcome.Answered(message, parts, changes ? TtlsOf(EntryKind.Positive, lifetime.Seconds) : default);
    }

    /// <summary>
    /// Notes that asking failed (RFC 9520 §3.2), and returns what to tell those who wait: the entry that is held, fresh or stale, or the
    /// failure.
    /// </summary>
    private Outcome Remember(scoped QuestionKey key, scoped in Outcome failure, Rcode rcode, ReadOnlySpan<byte> text)
    {
        uint now = _clock.Now;
        bool isHeld = _cache.TryRead(key, out CachedAnswer held);
        if (!failure.IsOverload)
        {
            // A failure of our own passes soon; one that the upstream reports is retried ever less often.
            int failures = isHeld && rcode != Rcode.NoError && !failure.IsOwnFailure ? Math.Min(held.Failures + 1, 6) : 1;
            _cache.PutFailure(key, rcode, text, (byte)failures, now, now + CachePolicy.FailureTtl(failures));
        }
        if (!isHeld || held.Kind == EntryKind.Failure) return failure;
        if (now < held.ExpiresAt) return Fresh(held, now);
        return IsUsableStale(held, now) ? Stale(held) : failure;
    }

    private int CompleteAll(Query? waiting, in Outcome outcome, SinkSet sinks)
    {
        int count = 0;
        while (waiting is { } query)
        {
            waiting = query.Next;
            query.Next = null;
            query.Complete(outcome, sinks);
            count++;
        }
        if (count > 0) Interlocked.Add(ref _waiting, -count);
        return count;
    }

    /// <summary>Gives stale answers to those who have waited too long; their lookups go on. False when none is under way.</summary>
    private bool ServeLate()
    {
        try
        {
            var sinks = new SinkSet();
            _lookups.ForEachLate(_time.GetTimestamp() - _patienceTicks, lookup => ServeStale(lookup, sinks));
            sinks.Flush();
        }
        catch (Exception exception)
        {
            // An exception on a timer would end the process; the next sweep comes soon.
            _log.Unexpected("the sweep of late lookups", exception);
        }
        return _pool.Leases > 0;
    }

    private void ServeStale(Lookup lookup, SinkSet sinks)
    {
        Span<byte> room = stackalloc byte[QuestionKey.Room];
        var key = QuestionKey.Create(lookup.Question, lookup.Flags, lookup.Hash, room);
        if (_cache.TryRead(key, out CachedAnswer found) && IsUsableStale(found, _clock.Now)) _counters.StaleServed.Add(CompleteAll(lookup.TakeWaiting(), Stale(found), sinks));
    }
}
