namespace DotProxy.Resolution;

/// <summary>
/// Lets one at a time do a piece of work, and loses no call for it: who enters runs, who finds it taken makes the runner
/// run once more. A mutable struct: hold it in a field that is not readonly.
/// </summary>
internal struct Gate
{
    private const int Idle = 0, Running = 1, RunAgain = 2;

    private int _state;

    /// <summary>Whether nobody is at work.</summary>
    public readonly bool IsIdle => Volatile.Read(in _state) == Idle;

    /// <summary>True: the caller must do the work, then call <see cref="TryLeave"/>. False: the runner will see what there is.</summary>
    public bool TryEnter()
    {
        while (true)
        {
            int state = Volatile.Read(ref _state);
            int next = state == Idle ? Running : RunAgain;
            if (Interlocked.CompareExchange(ref _state, next, state) == state) return state == Idle;
        }
    }

    /// <summary>False: somebody called meanwhile; do the work once more and try again.</summary>
    public bool TryLeave()
    {
        if (Interlocked.CompareExchange(ref _state, Idle, Running) == Running) return true;
        // A full fence: what the runner looks at next must not be read before.
        Interlocked.Exchange(ref _state, Running);
        return false;
    }
}
