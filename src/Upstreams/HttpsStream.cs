using System.Buffers.Text;
using System.Text;
using DotProxy.Dns;

namespace DotProxy.Upstreams;

/// <summary>One request's stream: whose answer comes on it, and what has come. The connection uses it again.</summary>
internal sealed class HttpsStream : IFieldSink
{
    // Most answers fit. One that had a larger answer is not kept.
    private const int UsualLength = 1024;

    // What somebody else wrote and we repeat in an error is kept short.
    private const int MaxShown = 40;

    private byte[] _body = new byte[UsualLength];
    private int _length;
    private bool _isMessage;
    private string? _otherType;

    /// <summary>The next of those that can be used again.</summary>
    public HttpsStream? Next { get; set; }

    public uint Number { get; private set; }

    /// <summary>Which query it is for.</summary>
    public ushort Id { get; set; }

    public long Deadline { get; private set; }

    /// <summary>Whether the header fields have all come: what follows the body, if any, are trailers, and tells nothing.</summary>
    public bool HasFields { get; set; }

    public int Status { get; private set; }

    /// <summary>How long the answer lay in caches, in seconds (RFC 9111 §5.1).</summary>
    public uint Age { get; private set; }

    public Span<byte> Body => _body.AsSpan(0, _length);

    public bool IsUsual => _body.Length == UsualLength;

    public void Begin(uint number, long deadline)
    {
        (Number, Deadline) = (number, deadline);
        Next = null;
        _length = 0;
        HasFields = false;
        ForgetFields();
    }

    /// <summary>After an interim response (RFC 9110 §15.2).</summary>
    public void ForgetFields()
    {
        (Status, Age) = (0, 0);
        _isMessage = false;
        _otherType = null;
    }

    public void Take(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (HasFields) return;
        if (name.SequenceEqual(":status"u8)) Status = Utf8Parser.TryParse(value, out int status, out int read) && read == value.Length ? status : 0;
        else if (name.SequenceEqual("age"u8)) Age = AnswerAge.Parse(value);
        else if (name.SequenceEqual("content-type"u8)) TakeType(value);
    }

    /// <summary>False where the body becomes longer than a message can be.</summary>
    public bool TryAppend(ReadOnlySpan<byte> data)
    {
        int length = _length + data.Length;
        if (length > WireLimits.Message) return false;
        if (length > _body.Length) Array.Resize(ref _body, Math.Min(Math.Max(length, _body.Length * 4), WireLimits.Message));
        data.CopyTo(_body.AsSpan(_length));
        _length = length;
        return true;
    }

    /// <summary>What is wrong with the response, as far as its fields tell; null where nothing is (RFC 8484 §4.2: any 2xx, the one media type).</summary>
    public string? FindFault()
    {
        if (Status is < 200 or > 299) return $"HTTP status {Status}{Explain(Status)}";
        return _isMessage ? null : $"it answered {_otherType ?? "something without a type"} and no DNS message; is that the resolver's path?";
    }

    /// <summary>What a status mostly means to whoever set the upstream up.</summary>
    private static string Explain(int status) => status switch
    {
        >= 300 and < 400 => " (redirections are not followed: give the place itself)",
        404 or 405 or 415 => " (is that the resolver's path, and does it take POST?)",
        401 or 403 => " (it does not serve this client)",
        429 => " (too many queries for it)",
        _ => "",
    };

    /// <summary>The type is compared without letter case and without parameters (RFC 9110 §8.3.1).</summary>
    private void TakeType(ReadOnlySpan<byte> value)
    {
        int end = value.IndexOf((byte)';');
        ReadOnlySpan<byte> type = (end < 0 ? value : value[..end]).Trim(" \t"u8);
        _isMessage = Ascii.EqualsIgnoreCase(type, "application/dns-message"u8);
        if (!_isMessage) _otherType = string.Concat(Encoding.ASCII.GetString(type[..Math.Min(type.Length, MaxShown)]).Where(letter => letter is > ' ' and <= '~'));
    }
}
