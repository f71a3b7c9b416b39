using DotProxy.Dns;
using DotProxy.LocalNames;
using DotProxy.Resolution;
using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.LocalNames;

/// <summary>Asks what is known here, and reads the reply as a client gets it over UDP.</summary>
internal static class LocalExchange
{
    public const int TypeNs = 2, TypePtr = 12, TypeMx = 15, TypeDs = 43, TypeAny = 255;
    public const int NoError = 0, NxDomain = 3, Refused = 5;

    /// <summary>Null where it is none of ours.</summary>
    public static ParsedMessage? Ask(LocalTable table, string name, int type = Messages.TypeA, int @class = Messages.ClassIn)
    {
        ScreenedMessage message = QueryScreen.Screen(Messages.Query(Messages.Question(name, type, @class), opt: Messages.Opt()));
        Assert.Equal(Verdict.Accepted, message.Verdict);
        if (!table.TryAnswer(message.Question, out Outcome outcome)) return null;
        byte[] room = new byte[WireLimits.UnfragmentedUdp];
        var reply = new ParsedMessage(room.AsSpan(0, ReplyWriter.Write(message.Requestor, message.Question, outcome, room)));
        Assert.Equal([Messages.Question(name, type, @class)], reply.Questions);
        Assert.True(reply.IsResponse);
        return reply;
    }

    /// <summary>No such name, or no such data, with the zone's SOA, so that it can be remembered (RFC 2308 §5).</summary>
    public static void AssertNegative(ParsedMessage? reply, int rcode, string zone, uint ttl = 10800)
    {
        Assert.NotNull(reply);
        Assert.Equal(rcode, reply.Rcode);
        Assert.True(reply.Has(HeaderFlags.AuthoritativeAnswer));
        Assert.Empty(reply.Answers);
        ParsedRecord authority = Assert.Single(reply.Authority);
        Assert.Equal((Messages.TypeSoa, 1, ttl), (authority.Type, authority.Class, authority.TimeToLive));
        // It points to where the zone begins in the question.
        byte[] name = reply.Questions[0][..^4];
        int pointer = (authority.Owner[0] << 8) | authority.Owner[1];
        Assert.Equal((2, 0b11), (authority.Owner.Length, pointer >> 14));
        Assert.Equal(Messages.Name(zone), ToLower(name)[((pointer & 0x3FFF) - 12)..]);
    }

    private static byte[] ToLower(byte[] name)
    {
        byte[] lower = new byte[name.Length];
        DomainName.ToLower(name, lower);
        return lower;
    }

    public static void AssertAnswer(ParsedMessage? reply, int type, params byte[][] data)
    {
        Assert.NotNull(reply);
        Assert.Equal(NoError, reply.Rcode);
        Assert.True(reply.Has(HeaderFlags.AuthoritativeAnswer));
        Assert.Equal(data, reply.Answers.Select(record => record.Data));
        Assert.All(reply.Answers, record => Assert.Equal((type, 1), (record.Type, record.Class)));
        Assert.Empty(reply.Authority);
    }
}
