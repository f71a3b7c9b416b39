using System.Buffers.Binary;

namespace DotProxy.Dns;

/// <summary>
/// The options of an OPT record, one after the other (RFC 6891 §6.1.2):
/// <code>
/// OPTION-CODE 16 | OPTION-LENGTH 16 | OPTION-DATA
/// </code>
/// </summary>
internal ref struct EdnsOptions(ReadOnlySpan<byte> data)
{
    private ReadOnlySpan<byte> _rest = data;

    public readonly bool AtEnd => _rest.IsEmpty;

    /// <summary>False at the end and before an option that does not fit, which <see cref="AtEnd"/> tells apart.</summary>
    public bool TryReadNext(out EdnsOptionCode code, out ReadOnlySpan<byte> option)
    {
        code = default;
        option = default;
        if (_rest.Length < WireLimits.OptionHeader) return false;
        int length = BinaryPrimitives.ReadUInt16BigEndian(_rest[2..]);
        if (WireLimits.OptionHeader + length > _rest.Length) return false;
        code = (EdnsOptionCode)BinaryPrimitives.ReadUInt16BigEndian(_rest);
        option = _rest.Slice(WireLimits.OptionHeader, length);
        _rest = _rest[(WireLimits.OptionHeader + length)..];
        return true;
    }
}
