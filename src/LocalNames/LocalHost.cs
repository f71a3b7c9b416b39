using DotProxy.Dns;
using DotProxy.Resolution;

namespace DotProxy.LocalNames;

/// <summary>What is known here about one name: its addresses, or the name that an address has.</summary>
internal sealed class LocalHost
{
    /// <summary>Our choice: a minute, for whoever changes the hosts file wants to see it soon.</summary>
    public const uint HostsTtl = 60;

    /// <summary>Per family; what a name in use has is far fewer, and the reply stays small.</summary>
    public const int MaxAddresses = 100;

    // Of a name that is in no zone of ours: it is its own apex, or nobody would remember that there is nothing else (RFC 2308 §5).
    private static readonly byte[] s_startOfAuthority = OwnRecord.CreateStartOfAuthority(OwnRecord.QuestionName, HostsTtl);

    private byte[] _addresses = [];
    private byte[] _ipv6Addresses = [];
    private byte[] _pointer = [];
    private byte _addressCount, _ipv6AddressCount;

    /// <summary>Nothing but that the name is there.</summary>
    public static Outcome NoData => Outcome.Recalled(AnswerParts.Of(Rcode.NoError, 0, 1, s_startOfAuthority), default, default);

    public static LocalHost Create(ReadOnlySpan<byte> address, ReadOnlySpan<byte> ipv6Address, uint ttl)
    {
        var host = new LocalHost();
        host.Add(address, ttl);
        host.Add(ipv6Address, ttl);
        return host;
    }

    public static LocalHost CreatePointer(ReadOnlySpan<byte> target, uint ttl) =>
        new() { _pointer = OwnRecord.Create(OwnRecord.QuestionName, RecordType.Pointer, ttl, target) };

    /// <summary>Adds an address, once; those past <see cref="MaxAddresses"/> are left out.</summary>
    public void Add(ReadOnlySpan<byte> address, uint ttl)
    {
        if (address.Length == 4) Add(RecordType.Address, address, ttl, ref _addresses, ref _addressCount);
        else Add(RecordType.Ipv6Address, address, ttl, ref _ipv6Addresses, ref _ipv6AddressCount);
    }

    /// <summary>Gives an address its name, unless it has one.</summary>
    public void AddPointer(ReadOnlySpan<byte> target, uint ttl)
    {
        if (_pointer.Length == 0) _pointer = OwnRecord.Create(OwnRecord.QuestionName, RecordType.Pointer, ttl, target);
    }

    /// <summary>False where nothing of this type is known. Of those who ask for anything, one type is enough (RFC 8482 §4.1).</summary>
    public bool TryAnswer(RecordType type, out Outcome outcome)
    {
        (byte[] records, int count) = type switch
        {
            RecordType.Address => (_addresses, _addressCount),
            RecordType.Ipv6Address => (_ipv6Addresses, _ipv6AddressCount),
            RecordType.Pointer => (_pointer, 1),
            RecordType.Any when _addressCount > 0 => (_addresses, _addressCount),
            RecordType.Any when _ipv6AddressCount > 0 => (_ipv6Addresses, _ipv6AddressCount),
            RecordType.Any => (_pointer, 1),
            _ => ([], 0),
        };
        outcome = records.Length > 0 ? Outcome.Recalled(AnswerParts.Of(Rcode.NoError, (ushort)count, 0, records), default, default) : default;
        return records.Length > 0;
    }

    private static void Add(RecordType type, ReadOnlySpan<byte> address, uint ttl, ref byte[] records, ref byte count)
    {
        byte[] record = OwnRecord.Create(OwnRecord.QuestionName, type, ttl, address);
        for (int start = 0; start < records.Length; start += record.Length)
        {
            if (records.AsSpan(start, record.Length).SequenceEqual(record)) return;
        }
        if (count == MaxAddresses) return;
        records = [.. records, .. record];
        count++;
    }
}
