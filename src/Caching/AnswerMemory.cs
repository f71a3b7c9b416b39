using DotProxy.Dns;
using DotProxy.Resolution;

namespace DotProxy.Caching;

/// <summary>
/// The rules of remembering: what an entry is worth now, what is kept of an outcome, and what to tell instead of a failure. An outcome
/// from here lives until the same thread asks again.
/// </summary>
internal sealed class AnswerMemory(AnswerCache cache, CachePolicy policy, CacheClock clock)
{
    /// <summary>Finds what there is to say, whatever else is done meanwhile.</summary>
    public Recollection Recall(scoped QuestionKey key, out Outcome outcome)
    {
        outcome = default;
        // The time first: between the copy and its use nothing may run that could read again on this thread.
        uint now = clock.Now;
        if (!cache.TryRead(key, out CachedAnswer found)) return Recollection.None;
        if (now < found.ExpiresAt)
        {
            outcome = Fresh(found, now);
            return CachePolicy.IsDueForRefresh(found, now) ? Recollection.Ageing : Recollection.Fresh;
        }
        if (!policy.IsUsableStale(found, now)) return Recollection.None;
        outcome = Stale(found);
        return now < found.RetryAt ? Recollection.StaleForNow : Recollection.Stale;
    }

    /// <summary>The answer past its time, where there is one that may still be given.</summary>
    public bool TryRecallStale(scoped QuestionKey key, out Outcome outcome)
    {
        uint now = clock.Now;
        bool isThere = cache.TryRead(key, out CachedAnswer found) && policy.IsUsableStale(found, now);
        outcome = isThere ? Stale(found) : default;
        return isThere;
    }

    /// <summary>Keeps what may be kept of an outcome; returns what to tell those who wait for it.</summary>
    /// <param name="isOutage">Whether nobody can be asked: not this question's fault, and over at any moment.</param>
    public Outcome Keep(scoped QuestionKey key, in Outcome outcome, bool isOutage)
    {
        cache.Prefetch(key);
        if (outcome.IsOwnFailure) return KeepFailure(key, outcome, Rcode.ServerFailure, outcome.Note.Text, isOutage);
        // Another stage's answer from memory, shaped already: it is for that stage to keep.
        if (outcome.IsTakenApart) return outcome;
        ReadOnlySpan<byte> message = outcome.Message;
        if (!AnswerParts.TryRead(message, key.Question.Length, out AnswerParts parts))
            return KeepFailure(key, Outcome.Failed(Failure.MalformedAnswer), Rcode.ServerFailure, Failure.MalformedAnswer.Note.Text, isOutage: false);
        // RFC 8767 §4: only these two refresh what is held; RFC 9520 §2 counts the others as failures.
        var rcode = (Rcode)parts.Header.LowRcode;
        if (rcode is not (Rcode.NoError or Rcode.NameError) && parts.ExtendedRcode == 0)
            return KeepFailure(key, Outcome.Answered(message, parts, default), rcode, "the upstream answered so a moment ago"u8, isOutage: false);
        return KeepAnswer(key, message, parts);
    }

    private Outcome KeepAnswer(scoped QuestionKey key, ReadOnlySpan<byte> message, AnswerParts parts)
    {
        if (!AnswerLifetime.TryFind(message, parts, policy, out AnswerLifetime lifetime))
        {
            // RFC 8767 §4: it takes the place of what is held all the same, which must not come back when asking fails.
            bool isWhole = parts.ExtendedRcode == 0 && parts.Header.QuestionCount == 1 && (parts.Header.Flags & HeaderFlags.Truncated) == 0;
            if (isWhole) cache.Remove(key);
            return Outcome.Answered(message, parts, default);
        }
        cache.Put(key, parts, lifetime, clock.Now);
        // The first to ask is told the same as those who come after.
        bool changes = policy.MinTtl > 0 || lifetime.HasLongerTtls || lifetime.Kind == EntryKind.Negative;
        return Outcome.Answered(message, parts, changes ? policy.TtlsOf(lifetime.Kind, lifetime.Seconds) : default);
    }

    /// <summary>
    /// Notes that asking failed (RFC 9520 §3.2), and returns what to tell those who wait: the entry that is held, fresh or stale, or the
    /// failure.
    /// </summary>
    private Outcome KeepFailure(scoped QuestionKey key, Outcome failure, Rcode rcode, ReadOnlySpan<byte> text, bool isOutage)
    {
        uint now = clock.Now;
        bool isHeld = cache.TryRead(key, out CachedAnswer held);
        if (!failure.IsOverload)
        {
            bool isInARow = isHeld && held.Failures > 0 && now < held.RetryAt + CachePolicy.FailuresForgottenAfter;
            int failures = isInARow && !isOutage ? Math.Min(held.Failures + 1, CachePolicy.MostFailures) : 1;
            cache.PutFailure(key, rcode, text, (byte)failures, now, now + CachePolicy.FailureTtl(failures));
        }
        if (!isHeld || held.Kind == EntryKind.Failure) return failure;
        if (now < held.ExpiresAt) return Fresh(held, now);
        return policy.IsUsableStale(held, now) ? Stale(held) : failure;
    }

    private Outcome Fresh(scoped in CachedAnswer found, uint now)
    {
        if (found.Kind == EntryKind.Failure) return Outcome.FailedBefore(found.Rcode, new ExtendedError(ExtendedErrorCode.CachedError, found.Text));
        // It may have come after the time was read.
        uint age = Math.Max(now, found.StoredAt) - found.StoredAt;
        return Outcome.Recalled(found.Parts, policy.TtlsOf(found.Kind, found.ExpiresAt - found.StoredAt) with { Age = age }, default);
    }

    private static Outcome Stale(scoped in CachedAnswer found)
    {
        AnswerParts parts = found.Parts;
        ExtendedErrorCode code = parts.Header.LowRcode == (int)Rcode.NameError ? ExtendedErrorCode.StaleNameErrorAnswer : ExtendedErrorCode.StaleAnswer;
        return Outcome.Recalled(
            parts, new TtlChange { Stale = CachePolicy.StaleTtl }, new ExtendedError(code, "the upstream does not answer now"u8));
    }
}

/// <summary>What <see cref="AnswerMemory"/> has for a question.</summary>
internal enum Recollection
{
    /// <summary>Nothing that could be told.</summary>
    None,

    /// <summary>An answer in its time, or a failure that is too recent to ask again.</summary>
    Fresh,

    /// <summary>An answer in the last part of its time.</summary>
    Ageing,

    /// <summary>An answer past its time, to be told if there is no better one.</summary>
    Stale,

    /// <summary>An answer past its time, and asking for a better one has just failed.</summary>
    StaleForNow,
}
