using CsCheck;
using DotProxy.Dns;
using DotProxy.Resolution;
using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.Resolution;

public sealed class QueryScreenTests
{
    [Fact]
    public void An_accepted_query_tells_its_question_and_what_its_requestor_can_take()
    {
        ScreenedMessage screened = QueryScreen.Screen(
            Messages.Query("www.example.com", id: 0xBEEF, flags: HeaderFlags.RecursionDesired, opt: Messages.Opt(1400, flags: Messages.DnssecOk)));
        Assert.Equal(Verdict.Accepted, screened.Verdict);
        Assert.Equal(Messages.Question("www.example.com"), screened.Question.ToArray());
        Assert.Equal(new Requestor(0xBEEF, HeaderFlags.RecursionDesired, UsesEdns: true, 1400, DnssecOk: true), screened.Requestor);
    }

    [Theory]
    [InlineData(false, 4096, 512)]
    [InlineData(true, 0, 512)]
    [InlineData(true, 800, 800)]
    [InlineData(true, 65535, 1232)]
    public void The_room_for_a_reply_over_UDP_follows_EDNS(bool usesEdns, int size, int limit) =>
        Assert.Equal(limit, new Requestor(0, HeaderFlags.None, usesEdns, (ushort)size, DnssecOk: false).UdpLimit);

    [Fact]
    public void Every_well_formed_query_is_accepted_as_it_was_written() =>
        WireGen.Query.Sample(query =>
        {
            ScreenedMessage screened = QueryScreen.Screen(query);
            return screened.Verdict == Verdict.Accepted
                && query.AsSpan(12, screened.Question.Length).SequenceEqual(screened.Question)
                && screened.Requestor.Id == ((query[0] << 8) | query[1])
                && screened.Requestor.UsesEdns == (query[11] == 1);
        }, iter: 10_000);

    [Fact]
    public void No_octets_whatever_make_the_screen_throw_and_each_verdict_keeps_its_promise() =>
        Gen.OneOf(Gen.Byte.Array[0, 120], RandomBehindHeader, WireGen.Mutated(WireGen.Query)).Sample(
            message =>
            {
                ScreenedMessage screened = QueryScreen.Screen(message);
                return screened.Verdict switch
                {
                    Verdict.Dropped => message.Length < 12 || (message[2] & 0x80) != 0,
                    Verdict.Rejected => HasItsId(message, screened) && IsAnsweredInOrder(screened),
                    _ => HasItsId(message, screened) && screened.Question.Length is >= 5 and <= 259 && (message[2] & 0xF8) == 0,
                };
            }, iter: 60_000);

    /// <summary>A header that asks one question in front of chance: deeper than chance alone would come.</summary>
    private static Gen<byte[]> RandomBehindHeader { get; } =
        Gen.Select(Gen.Byte.Array[0, 60], Gen.Int[0, 3], (rest, additional) => (byte[])[0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, (byte)additional, .. rest]);

    private static bool HasItsId(byte[] message, in ScreenedMessage screened) => screened.Requestor.Id == ((message[0] << 8) | message[1]);

    private static bool IsAnsweredInOrder(in ScreenedMessage screened)
    {
        byte[] room = new byte[screened.Requestor.UdpLimit];
        var reply = new ParsedMessage(room.AsSpan(0, ReplyWriter.Write(screened.Requestor, screened.Question, Outcome.Rejected(screened.Rcode), room)));
        return reply.IsResponse && reply.Id == screened.Requestor.Id && (reply.Opt is not null) == screened.Requestor.UsesEdns
            && (Rcode)reply.Rcode is Rcode.FormatError or Rcode.NotImplemented or Rcode.Refused or Rcode.BadVersion;
    }
}
