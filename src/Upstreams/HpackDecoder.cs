using System.Text;

namespace DotProxy.Upstreams;

/// <summary>Receives the header fields of a response, one after the other.</summary>
internal interface IFieldSink
{
    void Take(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value);
}

/// <summary>Reads header blocks (RFC 7541). Its table is shared with the server: every block of a connection must go through it, in order.</summary>
internal sealed class HpackDecoder
{
    // RFC 7541 §4.1, §6.5.2 of RFC 9113: the size as long as we name no other.
    private const int EntryOverhead = 32, MaxTableSize = 4096;

    // No integer here need be larger: blocks are bounded.
    private const int MaxInteger = 1 << 20;

    /// <summary>Of the static entries only those with a status have a value that anybody wants (RFC 7541 appendix A).</summary>
    private const int FirstStatus = 8, StaticEntries = 61;

    private static readonly byte[][] s_names = [.. StaticNames.Split(' ').Select(Encoding.ASCII.GetBytes)];
    private static readonly byte[][] s_statuses = [.. new[] { "200", "204", "206", "304", "400", "404", "500" }.Select(Encoding.ASCII.GetBytes)];

    // The newest last.
    private readonly List<Entry> _table = [];
    private int _size;
    private int _limit = MaxTableSize;
    private byte[] _name = [], _value = [];

    private const string StaticNames =
        ":authority :method :method :path :path :scheme :scheme :status :status :status :status :status :status :status accept-charset accept-encoding "
        + "accept-language accept-ranges accept access-control-allow-origin age allow authorization cache-control content-disposition content-encoding "
        + "content-language content-length content-location content-range content-type cookie date etag expect expires from host if-match "
        + "if-modified-since if-none-match if-range if-unmodified-since last-modified link location max-forwards proxy-authenticate "
        + "proxy-authorization range referer refresh retry-after server set-cookie strict-transport-security transfer-encoding user-agent vary via "
        + "www-authenticate";

    /// <summary>False where the block is malformed: nothing on that connection can be understood any more (RFC 9113 §4.3).</summary>
    public bool TryDecode(ReadOnlySpan<byte> block, IFieldSink sink)
    {
        while (!block.IsEmpty)
        {
            bool isRead = block[0] switch
            {
                >= 0x80 => TryReadIndexed(ref block, sink),
                >= 0x40 => TryReadLiteral(ref block, prefix: 6, isKept: true, sink),
                >= 0x20 => TryResize(ref block),
                _ => TryReadLiteral(ref block, prefix: 4, isKept: false, sink),
            };
            if (!isRead) return false;
        }
        return true;
    }

    /// <summary><code>1 | INDEX 7+</code> (RFC 7541 §6.1)</summary>
    private bool TryReadIndexed(ref ReadOnlySpan<byte> block, IFieldSink sink)
    {
        if (!TryReadInteger(ref block, prefix: 7, out int index) || !TryFind(index, out byte[] name, out byte[] value)) return false;
        sink.Take(name, value);
        return true;
    }

    /// <summary><code>01 | INDEX 6+</code> or <code>000x | INDEX 4+</code>, then the name where the index is zero, then the value (RFC 7541 §6.2)</summary>
    private bool TryReadLiteral(ref ReadOnlySpan<byte> block, int prefix, bool isKept, IFieldSink sink)
    {
        if (!TryReadInteger(ref block, prefix, out int index)) return false;
        ReadOnlySpan<byte> name;
        if (index == 0)
        {
            if (!TryReadString(ref block, ref _name, out name)) return false;
        }
        else
        {
            if (!TryFind(index, out byte[] known, out _)) return false;
            name = known;
        }
        if (!TryReadString(ref block, ref _value, out ReadOnlySpan<byte> value)) return false;
        sink.Take(name, value);
        if (isKept) Insert(name.ToArray(), value.ToArray());
        return true;
    }

    /// <summary><code>001 | SIZE 5+</code> (RFC 7541 §6.3)</summary>
    private bool TryResize(ref ReadOnlySpan<byte> block)
    {
        if (!TryReadInteger(ref block, prefix: 5, out int size) || size > MaxTableSize) return false;
        _limit = size;
        Evict(room: 0);
        return true;
    }

    private bool TryFind(int index, out byte[] name, out byte[] value)
    {
        (name, value) = ([], []);
        if (index is 0 || index > StaticEntries + _table.Count) return false;
        if (index > StaticEntries)
        {
            (name, value) = (_table[^(index - StaticEntries)].Name, _table[^(index - StaticEntries)].Value);
            return true;
        }
        name = s_names[index - 1];
        if (index >= FirstStatus && index < FirstStatus + s_statuses.Length) value = s_statuses[index - FirstStatus];
        return true;
    }

    /// <summary>One that is larger than the table empties it, and that is no error (RFC 7541 §4.4).</summary>
    private void Insert(byte[] name, byte[] value)
    {
        int size = name.Length + value.Length + EntryOverhead;
        Evict(size);
        if (size > _limit) return;
        _table.Add(new Entry(name, value));
        _size += size;
    }

    private void Evict(int room)
    {
        while (_table.Count > 0 && _size + room > _limit)
        {
            _size -= _table[0].Name.Length + _table[0].Value.Length + EntryOverhead;
            _table.RemoveAt(0);
        }
    }

    /// <summary>An integer whose first bits stand in an octet with others (RFC 7541 §5.1).</summary>
    private static bool TryReadInteger(ref ReadOnlySpan<byte> block, int prefix, out int value)
    {
        value = 0;
        if (block.IsEmpty) return false;
        int most = (1 << prefix) - 1;
        value = block[0] & most;
        block = block[1..];
        if (value < most) return true;
        for (int shift = 0; !block.IsEmpty && shift < 21; shift += 7)
        {
            byte octet = block[0];
            block = block[1..];
            value += (octet & 0x7F) << shift;
            if (octet < 0x80) return value <= MaxInteger;
        }
        return false;
    }

    /// <summary><code>H 1 | LENGTH 7+ | STRING</code> (RFC 7541 §5.2)</summary>
    /// <param name="room">Grows to what the longest compressed string needs.</param>
    private static bool TryReadString(scoped ref ReadOnlySpan<byte> block, ref byte[] room, out ReadOnlySpan<byte> text)
    {
        text = default;
        bool isCompressed = !block.IsEmpty && block[0] >= 0x80;
        if (!TryReadInteger(ref block, prefix: 7, out int length) || length > block.Length) return false;
        text = block[..length];
        block = block[length..];
        if (!isCompressed) return true;
        if (room.Length < HuffmanCode.MaxDecoded(length)) room = new byte[HuffmanCode.MaxDecoded(length)];
        if (!HuffmanCode.TryDecode(text, room, out int decoded)) return false;
        text = room.AsSpan(0, decoded);
        return true;
    }

    private sealed class Entry(byte[] name, byte[] value)
    {
        public byte[] Name => name;

        public byte[] Value => value;
    }
}
