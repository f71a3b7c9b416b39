using System.Buffers.Binary;
using DotProxy.Caching;
using DotProxy.Dns;
using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.Caching;

/// <summary>Entries whose content can be checked: every octet follows from the name's number, the version and the length.</summary>
internal static class Entries
{
    private const int Stamp = 8;

    public static byte[] Question(int number) => Messages.Question($"n{number}.example.com");

    public static QuestionKey Key(byte[] question) => QuestionKey.FromLower(question, KeyFlags.None);

    /// <summary>A body of that many octets, at least eight.</summary>
    public static byte[] Body(int number, int version, int length)
    {
        byte[] body = new byte[length];
        BinaryPrimitives.WriteInt32LittleEndian(body, number);
        BinaryPrimitives.WriteInt32LittleEndian(body.AsSpan(4), version);
        for (int i = Stamp; i < length; i++) body[i] = Octet(number, version, i);
        return body;
    }

    public static NewEntry Entry(in QuestionKey key, byte[] body, EntryKind kind = EntryKind.Positive) =>
        NewEntry.Create(new EntryHeader { Kind = kind, StoredAt = 1, ExpiresAt = 2 }, key, default, body);

    /// <summary>The version; negative where any octet is not of this name, of one version, or missing.</summary>
    public static int Check(ReadOnlySpan<byte> message, byte[] question, int number)
    {
        if (message.Length < WireLimits.Header + question.Length + Stamp || !message[WireLimits.Header..].StartsWith(question)) return -1;
        ReadOnlySpan<byte> body = message[(WireLimits.Header + question.Length)..];
        int version = BinaryPrimitives.ReadInt32LittleEndian(body[4..]);
        if (BinaryPrimitives.ReadInt32LittleEndian(body) != number) return -1;
        for (int i = Stamp; i < body.Length; i++)
        {
            if (body[i] != Octet(number, version, i)) return -1;
        }
        return version;
    }

    private static byte Octet(int number, int version, int index) => (byte)((number * 31) + (version * 17) + index);
}
