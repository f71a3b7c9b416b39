using DotProxy.Dns;
using DotProxy.Resolution;
using DotProxy.Tests.Fakes;
using DotProxy.Upstreams;

namespace DotProxy.Tests.Conformance;

/// <summary>What a client sends and gets back, and what the upstream sees of it, without sockets between.</summary>
internal static class Exchange
{
    /// <summary>The reply to a query that the upstream answered, in the room that a datagram to this client has.</summary>
    public static ParsedMessage OverUdp(byte[] query, byte[] answer) => new(Reply(query, Outcome.Answered(answer), udp: true));

    /// <summary>The same in the room that a stream gives.</summary>
    public static ParsedMessage OverTcp(byte[] query, byte[] answer) => new(Reply(query, Outcome.Answered(answer), udp: false));

    /// <summary>The reply to a query that could not be resolved.</summary>
    public static ParsedMessage Failing(byte[] query, Failure failure) => new(Reply(query, Outcome.Failed(failure), udp: true));

    /// <summary>The reply to a message that goes no further than the listener.</summary>
    public static ParsedMessage Rejected(byte[] message)
    {
        ScreenedMessage screened = QueryScreen.Screen(message);
        Assert.Equal(Verdict.Rejected, screened.Verdict);
        byte[] room = new byte[screened.Requestor.UdpLimit];
        return new ParsedMessage(room.AsSpan(0, ReplyWriter.Write(screened.Requestor, screened.Question, Outcome.Rejected(screened.Rcode), room)));
    }

    public static bool IsDropped(byte[] message) => QueryScreen.Screen(message).Verdict == Verdict.Dropped;

    public static bool IsAccepted(byte[] message) => QueryScreen.Screen(message).Verdict == Verdict.Accepted;

    /// <summary>The message that goes to the upstream for this query.</summary>
    public static ParsedMessage Forwarded(byte[] query, ushort id = 0x7777)
    {
        byte[] room = new byte[QueryEncoder.MaxLength];
        int length = QueryEncoder.Write(new FakeQuery(query), id, room);
        return new ParsedMessage(room.AsSpan(WireLimits.StreamLength, length - WireLimits.StreamLength));
    }

    private static byte[] Reply(byte[] query, in Outcome outcome, bool udp)
    {
        ScreenedMessage screened = QueryScreen.Screen(query);
        Assert.Equal(Verdict.Accepted, screened.Verdict);
        byte[] room = new byte[udp ? screened.Requestor.UdpLimit : ReplyWriter.MaxLength(outcome)];
        int length = ReplyWriter.Write(screened.Requestor, screened.Question, outcome, room);
        return room[..length];
    }
}
