using System.Net;
using System.Net.Sockets;

namespace DotProxy.Listeners;

/// <summary>
/// How many connections there are, in total and per client, within bounds. A client is an IPv4 address or an IPv6 network of
/// 64 bits, which is the least that one host is given.
/// </summary>
internal sealed class ClientCounts(int maxTotal, int maxPerAddress)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, int> _perAddress = [];
    private int _total;

    public int Total
    {
        get { lock (_lock) return _total; }
    }

    public bool TryAdd(IPAddress address, out string reason)
    {
        address = NetworkOf(address);
        lock (_lock)
        {
            int count = _perAddress.GetValueOrDefault(address);
            reason = _total >= maxTotal ? $"{maxTotal} clients are connected" : $"one address holds {maxPerAddress} connections";
            if (_total >= maxTotal || count >= maxPerAddress) return false;
            _perAddress[address] = count + 1;
            _total++;
            return true;
        }
    }

    public void Remove(IPAddress address)
    {
        address = NetworkOf(address);
        lock (_lock)
        {
            _total--;
            int count = _perAddress[address] - 1;
            if (count == 0) _perAddress.Remove(address);
            else _perAddress[address] = count;
        }
    }

    private static IPAddress NetworkOf(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) return address.MapToIPv4();
        if (address.AddressFamily == AddressFamily.InterNetwork) return address;
        byte[] octets = address.GetAddressBytes();
        octets.AsSpan(8).Clear();
        return new IPAddress(octets);
    }
}
