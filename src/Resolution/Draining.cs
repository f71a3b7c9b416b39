namespace DotProxy.Resolution;

/// <summary>How a stage waits for its last queries.</summary>
internal static class Draining
{
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(5);

    /// <summary>How long what had to be refused needs to leave.</summary>
    public static TimeSpan RefuseTime => TimeSpan.FromMilliseconds(250);

    /// <summary>Waits until nothing is pending, at most so long.</summary>
    /// <param name="meanwhile">What moves the rest along, each time it is looked at.</param>
    public static async Task WaitAsync(Func<int> pending, TimeSpan limit, TimeProvider time, Action? meanwhile = null)
    {
        long start = time.GetTimestamp();
        while (await IsAnyAsync(pending, time) && time.GetElapsedTime(start) < limit)
        {
            meanwhile?.Invoke();
            await Task.Delay(s_poll, time);
        }
    }

    /// <summary>Twice, with a pause: a query on its way from one hand to the next is not seen for a moment.</summary>
    private static async Task<bool> IsAnyAsync(Func<int> pending, TimeProvider time)
    {
        if (pending() > 0) return true;
        await Task.Delay(s_poll, time);
        return pending() > 0;
    }
}
