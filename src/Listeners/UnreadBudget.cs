namespace DotProxy.Listeners;

/// <summary>The octets that may wait for TCP clients to read, all clients together; what one client may always have is not counted.</summary>
internal sealed class UnreadBudget(int max)
{
    private int _used;

    public bool TryCharge(int octets)
    {
        if (Interlocked.Add(ref _used, octets) <= max) return true;
        Interlocked.Add(ref _used, -octets);
        return false;
    }

    public void Refund(int octets) => Interlocked.Add(ref _used, -octets);
}
