using System.Buffers.Binary;

namespace DotProxy.Upstreams;

/// <summary>Those of RFC 9113 §7 that mean something here.</summary>
internal enum Http2Error : uint
{
    None = 0,
    Protocol = 1,
    RefusedStream = 7,
    Cancel = 8,
}

/// <summary>
/// What concerns an HTTP/2 connection as a whole: settings, windows, pings, header blocks in several frames, and our own frames that wait to be
/// sent. Its connection's lock guards it, but for the header blocks, which the receive loop alone has.
/// </summary>
internal sealed class Http2Session
{
    // Our choices. A resolver's fields take a few hundred octets. Whoever sends more pings and settings than fit in here without reading what we
    // say to them does so on purpose. A connection's answers are limited by its streams, so its window can be wide.
    private const int MaxBlock = 16 * 1024, MaxOwn = 8 * 1024, Window = 16 * 1024 * 1024;

    /// <summary>A stream's window holds one octet more than a message can have, so that one that is too long is found out.</summary>
    private const int StreamWindow = Dns.WireLimits.Message + 1;

    // RFC 9113 §6.5.2, §6.9.2; 100 streams until the server has said how many.
    private const int InitialWindow = 65535, InitialStreams = 100, SettingLength = 6, ErrorLength = 4, PingLength = 8;
    private const ushort EnablePush = 2, MaxConcurrentStreams = 3, InitialWindowSize = 4, MaxHeaderListSize = 6;

    private static readonly string[] s_names =
    [
        "NO_ERROR", "PROTOCOL_ERROR", "INTERNAL_ERROR", "FLOW_CONTROL_ERROR", "SETTINGS_TIMEOUT", "STREAM_CLOSED", "FRAME_SIZE_ERROR", "REFUSED_STREAM", "CANCEL",
        "COMPRESSION_ERROR", "CONNECT_ERROR", "ENHANCE_YOUR_CALM", "INADEQUATE_SECURITY", "HTTP_1_1_REQUIRED",
    ];

    private readonly byte[] _own = new byte[MaxOwn];
    private int _ownLength;
    private bool _isOverrun;
    private bool _hasNews;
    private int _received;
    private byte[] _block = [];
    private int _blockLength;
    private uint _blockStream;
    private bool _blockIsLast;

    public Http2Session()
    {
        // The preface, and what is different from the defaults (RFC 9113 §3.4).
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.CopyTo(_own);
        _ownLength = 24;
        Span<byte> settings = stackalloc byte[3 * SettingLength];
        WriteSetting(settings, EnablePush, 0);
        WriteSetting(settings[SettingLength..], InitialWindowSize, StreamWindow);
        WriteSetting(settings[(2 * SettingLength)..], MaxHeaderListSize, MaxBlock);
        Queue(Http2FrameType.Settings, flags: 0, stream: 0, settings);
        WidenWindow(Window - InitialWindow);
    }

    /// <summary>How many streams the server allows.</summary>
    public int MaxStreams { get; private set; } = InitialStreams;

    /// <summary>How many octets of bodies the server takes in for now (RFC 9113 §5.2).</summary>
    public long SendWindow { get; set; } = InitialWindow;

    /// <summary>Whether frames of our own wait, or there may be room for queries that there was not.</summary>
    public bool HasOwn => _ownLength > 0 || _hasNews;

    public static Http2Error ReadError(ReadOnlySpan<byte> payload) =>
        payload.Length < ErrorLength ? Http2Error.Protocol : (Http2Error)BinaryPrimitives.ReadUInt32BigEndian(payload);

    /// <summary>As RFC 9113 §7 calls it.</summary>
    public static string Name(Http2Error error) => (uint)error < s_names.Length ? s_names[(int)error] : "an unknown error";

    /// <summary><code>R 1 | LAST STREAM 31 | ERROR 32</code> (RFC 9113 §6.8)</summary>
    public static (uint Last, Http2Error Error) ReadGoAway(ReadOnlySpan<byte> payload) =>
        payload.Length < 2 * ErrorLength ? (0, Http2Error.Protocol)
        : (BinaryPrimitives.ReadUInt32BigEndian(payload) & int.MaxValue, ReadError(payload[ErrorLength..]));

    /// <summary>Moves our frames out, all of them: nothing may come in the middle of one.</summary>
    public int WriteOwn(Span<byte> destination)
    {
        _hasNews = false;
        if (_ownLength > destination.Length) return 0;
        _own.AsSpan(0, _ownLength).CopyTo(destination);
        int length = _ownLength;
        _ownLength = 0;
        return length;
    }

    public void Reset(uint stream, Http2Error error)
    {
        Span<byte> payload = stackalloc byte[ErrorLength];
        BinaryPrimitives.WriteUInt32BigEndian(payload, (uint)error);
        Queue(Http2FrameType.ResetStream, flags: 0, stream, payload);
    }

    /// <summary>Notes octets of bodies, and widens the server's window again when half of it is used up.</summary>
    public void NoteReceived(int length)
    {
        _received += length;
        if (_received < Window / 2) return;
        WidenWindow(_received);
        _received = 0;
    }

    /// <summary>Takes a frame that is no stream's; returns what is wrong with it.</summary>
    public string? Take(in Http2Frame frame)
    {
        bool isAcknowledgement = (frame.Flags & Http2Frame.End) != 0;
        string? fault = frame.Type switch
        {
            Http2FrameType.Settings when isAcknowledgement => null,
            Http2FrameType.Settings => TakeSettings(frame.Payload),
            Http2FrameType.Ping when frame.Payload.Length != PingLength => "a ping has the wrong length",
            Http2FrameType.Ping when !isAcknowledgement => Queue(Http2FrameType.Ping, Http2Frame.End, 0, frame.Payload),
            Http2FrameType.WindowUpdate => TakeWindow(frame),
            // Frames of other kinds are to be ignored (RFC 9113 §4.1).
            _ => null,
        };
        return fault ?? (_isOverrun ? "it asks for more than it reads" : null);
    }

    /// <summary>Between the frames of a header block there must be none other (RFC 9113 §6.10).</summary>
    public bool IsInOrder(in Http2Frame frame) =>
        (frame.Type == Http2FrameType.Continuation) == (_blockStream != 0) && (_blockStream == 0 || _blockStream == frame.Stream);

    /// <summary>Puts a header block together; returns what is wrong.</summary>
    /// <param name="isLast">Whether the stream ends with it.</param>
    public string? Gather(in Http2Frame frame, out ReadOnlySpan<byte> block, out bool isWhole, out bool isLast)
    {
        isWhole = (frame.Flags & Http2Frame.EndHeaders) != 0;
        isLast = frame.Type == Http2FrameType.Headers ? (frame.Flags & Http2Frame.End) != 0 : _blockIsLast;
        block = frame.Payload;
        if (frame.Stream == 0) return "a header block belongs to no stream";
        if (frame.Type == Http2FrameType.Headers && !frame.TryStrip(out block)) return "padding is longer than its frame";
        if (isWhole && frame.Type == Http2FrameType.Headers) return null;

        if (_blockLength + block.Length > MaxBlock) return "a header block is too long";
        if (_block.Length == 0) _block = new byte[MaxBlock];
        block.CopyTo(_block.AsSpan(_blockLength));
        _blockLength += block.Length;
        block = _block.AsSpan(0, _blockLength);
        (_blockStream, _blockIsLast) = (isWhole ? 0 : frame.Stream, isLast);
        if (isWhole) _blockLength = 0;
        return null;
    }

    /// <summary><code>SETTING 16 | VALUE 32</code>, any number of them (RFC 9113 §6.5.1)</summary>
    private string? TakeSettings(ReadOnlySpan<byte> payload)
    {
        if (payload.Length % SettingLength != 0) return "settings have the wrong length";
        for (; !payload.IsEmpty; payload = payload[SettingLength..])
        {
            uint value = BinaryPrimitives.ReadUInt32BigEndian(payload[2..]);
            switch (BinaryPrimitives.ReadUInt16BigEndian(payload))
            {
                case MaxConcurrentStreams:
                    MaxStreams = (int)Math.Min(value, int.MaxValue);
                    break;
                case InitialWindowSize when value < HttpsRequest.MaxBody:
                    return "it leaves no room for a query";
                default:
                    // Ours to say nothing about: we compress nothing and send nothing large.
                    break;
            }
        }
        return Queue(Http2FrameType.Settings, Http2Frame.End, stream: 0, []);
    }

    private string? TakeWindow(in Http2Frame frame)
    {
        if (frame.Payload.Length != sizeof(uint)) return "a window's update has the wrong length";
        if (frame.Stream != 0) return null;
        SendWindow += BinaryPrimitives.ReadUInt32BigEndian(frame.Payload) & int.MaxValue;
        _hasNews = true;
        return SendWindow > int.MaxValue ? "its window is wider than it may be" : null;
    }

    private void WidenWindow(int octets)
    {
        Span<byte> payload = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteInt32BigEndian(payload, octets);
        Queue(Http2FrameType.WindowUpdate, flags: 0, stream: 0, payload);
    }

    /// <summary>Always without a fault, for the sake of its callers; what does not fit is noted.</summary>
    private string? Queue(Http2FrameType type, byte flags, uint stream, ReadOnlySpan<byte> payload)
    {
        if (_ownLength + Http2Frame.HeaderLength + payload.Length > MaxOwn)
        {
            _isOverrun = true;
            return null;
        }
        Http2Frame.WriteHeader(_own.AsSpan(_ownLength), payload.Length, type, flags, stream);
        payload.CopyTo(_own.AsSpan(_ownLength + Http2Frame.HeaderLength));
        _ownLength += Http2Frame.HeaderLength + payload.Length;
        return null;
    }

    private static void WriteSetting(Span<byte> destination, ushort setting, uint value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(destination, setting);
        BinaryPrimitives.WriteUInt32BigEndian(destination[2..], value);
    }
}
