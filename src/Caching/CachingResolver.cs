using System.Diagnostics;
using DotProxy.Configuration;
using DotProxy.Dns;
using DotProxy.Resolution;
using DotProxy.Telemetry;

namespace DotProxy.Caching;

/// <summary>
/// The stage that answers from memory. What it cannot answer it sends to the next stage, whichever that is. A question's way through it:
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
    // Our choices: how late the stale answer may be, and who may wait in all (some 450 octets each).
    private static readonly TimeSpan s_sweepPeriod = TimeSpan.FromMilliseconds(200);
    private const int MaxWaiting = 65_536;

    private readonly IResolver _next;
    private readonly AnswerMemory _memory;
    private readonly TimeProvider _time;
    private readonly Counters _counters;
    private readonly LogEvents _log;
    private readonly QueryPool<Lookup> _pool;
    private readonly LookupTable _lookups;
    private readonly IdleTimer _sweep;
    private readonly long _timeoutTicks;
    private readonly long _patienceTicks;
    private int _waiting;

    public CachingResolver(IResolver next, AnswerMemory memory, TimeSpan timeout, TimeProvider time, Counters counters, LogEvents log)
    {
        _next = next;
        _memory = memory;
        _time = time;
        _counters = counters;
        _log = log;
        _timeoutTicks = (long)(timeout.TotalSeconds * time.TimestampFrequency);
        _patienceTicks = (long)(CachePolicy.ClientPatience.TotalSeconds * time.TimestampFrequency);
        _pool = new QueryPool<Lookup>(() => new Lookup(this));
        _lookups = new LookupTable(_pool);
        _sweep = new IdleTimer(time, s_sweepPeriod, ServeLate);
    }

    public Failure? Outage => _next.Outage;

    /// <summary>Lookups under way.</summary>
    public int Pending => _pool.Leases;

    public bool TryRecall(in ScreenedMessage message, SinkSet sinks, out Outcome outcome)
    {
        Span<byte> room = stackalloc byte[QuestionKey.Room];
        QuestionKey key = KeyOf(message.Question, message.Requestor, room);
        Recollection recollection = _memory.Recall(key, out outcome);
        if (recollection == Recollection.Ageing)
        {
            Refresh(key, message.Question, sinks);
            // On its way the lookup may have used what this thread's outcome lives in.
            recollection = _memory.Recall(key, out outcome);
        }
        switch (recollection)
        {
            case Recollection.Fresh or Recollection.Ageing:
                _counters.CacheHits.Increment();
                return true;
            case Recollection.StaleForNow:
            case Recollection.Stale when _next.OutageFor(message.Question) is not null:
                _counters.StaleServed.Increment();
                return true;
            default:
                _counters.CacheMisses.Increment();
                outcome = default;
                return false;
        }
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

    /// <summary>Takes over a lookup that the next stage has completed: remembers the outcome and answers all who wait.</summary>
    public void Finish(Lookup lookup, in Outcome outcome, SinkSet sinks)
    {
        Span<byte> room = stackalloc byte[QuestionKey.Room];
        QuestionKey key = lookup.CopyKey(room);
        // Remembered first: who asks from here on finds it there.
        Outcome told = _memory.Keep(key, outcome, isOutage: outcome.IsOwnFailure && _next.OutageFor(lookup.Question) is not null);
        CompleteAll(_lookups.Remove(lookup), told, sinks);
        _pool.Return(lookup);
    }

    /// <summary>After everything that was asked is answered.</summary>
    public void Dispose()
    {
        Debug.Assert(_pool.Leases == 0, "a lookup was never completed");
        _sweep.Dispose();
    }

    private static QuestionKey KeyOf(scoped ReadOnlySpan<byte> question, in Requestor requestor, Span<byte> room) =>
        QuestionKey.Create(question, requestor.DnssecOk, (requestor.Flags & HeaderFlags.CheckingDisabled) != 0, room);

    private void Refresh(scoped QuestionKey key, ReadOnlySpan<byte> question, SinkSet sinks)
    {
        if (Join(key, question, waiter: null, _time.GetTimestamp() + _timeoutTicks) is not { } lookup) return;
        _counters.Prefetches.Increment();
        _next.Resolve(lookup, sinks);
    }

    /// <summary>
    /// Those who join live by the deadline of the first: when the lookup fails they are told, as is whoever asks a moment later
    /// (RFC 9520), instead of asking the same once more.
    /// </summary>
    private Lookup? Join(scoped QuestionKey key, ReadOnlySpan<byte> question, Query? waiter, long deadline)
    {
        Lookup? lookup = _lookups.Join(key, question, waiter, deadline - _timeoutTicks, deadline);
        _sweep.Arm();
        return lookup;
    }

    private void CompleteAll(Query? waiting, in Outcome outcome, SinkSet sinks)
    {
        int count = 0;
        while (waiting is { } query)
        {
            waiting = query.Next;
            query.Next = null;
            query.Complete(outcome, sinks);
            count++;
        }
        if (count == 0) return;
        Interlocked.Add(ref _waiting, -count);
        if (outcome.Ttl.Stale != 0) _counters.StaleServed.Add(count);
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
        if (_memory.TryRecallStale(lookup.CopyKey(room), out Outcome stale)) CompleteAll(lookup.TakeWaiting(), stale, sinks);
    }
}
