using System.Net;

namespace DotProxy.Upstreams;

/// <summary>In which order an upstream's addresses are dialled.</summary>
internal static class DialOrder
{
    /// <summary>
    /// First the one that last worked, then the families in turn (RFC 8305 §4), each in the order given: where one family is broken on
    /// this network, the other is never more than one attempt away.
    /// </summary>
    public static Queue<IPEndPoint> Of(IReadOnlyList<IPEndPoint> addresses, IPEndPoint first)
    {
        IPEndPoint[] others = [.. addresses.Where(address => !address.Equals(first))];
        var same = new Queue<IPEndPoint>(others.Where(address => address.AddressFamily == first.AddressFamily));
        var other = new Queue<IPEndPoint>(others.Where(address => address.AddressFamily != first.AddressFamily));
        var order = new Queue<IPEndPoint>([first]);
        while (same.Count + other.Count > 0)
        {
            if (other.TryDequeue(out IPEndPoint? next)) order.Enqueue(next);
            if (same.TryDequeue(out next)) order.Enqueue(next);
        }
        return order;
    }
}
