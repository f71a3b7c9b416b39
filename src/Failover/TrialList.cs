namespace DotProxy.Failover;

/// <summary>The trials of a group, those that are not done in the order in which they began, and those that can be used again.</summary>
internal sealed class TrialList
{
    // Kept when idle, some 700 octets each; past it they are left to the garbage collector.
    private const int MostIdle = 1024;

    private readonly Lock _lock = new();
    private Trial? _first;
    private Trial? _last;
    private Trial? _idle;
    private int _idleCount;
    private int _count;

    /// <summary>Those that are not done.</summary>
    public int Count => Volatile.Read(ref _count);

    public Trial Rent()
    {
        lock (_lock)
        {
            if (_idle is not { } trial) return new Trial();
            _idle = trial.Next;
            _idleCount--;
            trial.Next = null;
            return trial;
        }
    }

    /// <summary>After it is done and no attempt runs.</summary>
    public void Return(Trial trial)
    {
        lock (_lock)
        {
            if (_idleCount == MostIdle) return;
            trial.Next = _idle;
            _idle = trial;
            _idleCount++;
        }
    }

    public void Add(Trial trial)
    {
        lock (_lock)
        {
            (trial.Previous, trial.Next) = (_last, null);
            if (_last is null) _first = trial;
            else _last.Next = trial;
            _last = trial;
            _count++;
        }
    }

    public void Remove(Trial trial)
    {
        lock (_lock)
        {
            if (trial.Previous is { } previous) previous.Next = trial.Next;
            else _first = trial.Next;
            if (trial.Next is { } next) next.Previous = trial.Previous;
            else _last = trial.Previous;
            (trial.Previous, trial.Next) = (null, null);
            _count--;
        }
    }

    /// <summary>Notes those that may have waited too long, each with its generation: by the time it is looked at it may stand for another query.</summary>
    public void CopyLate(Func<Trial, bool> isLate, List<(Trial Trial, int Generation)> late)
    {
        lock (_lock)
        {
            for (Trial? trial = _first; trial is not null; trial = trial.Next)
            {
                if (isLate(trial)) late.Add((trial, trial.Generation));
            }
        }
    }
}
