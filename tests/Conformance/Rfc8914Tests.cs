using System.Text;
using DotProxy.Dns;
using DotProxy.Resolution;
using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.Conformance;

/// <summary>Extended DNS errors.</summary>
public sealed class Rfc8914Tests
{
    private const int ServFail = 2;

    private static readonly byte[] s_question = Messages.Question("www.example.com");
    private static readonly byte[] s_query = Messages.Query(s_question, opt: Messages.Opt());

    // §2: the option "can be included in any response … to a query that includes an OPT pseudo-RR".
    [Fact]
    public void Section_2_who_sent_OPT_is_told_why_there_is_no_answer()
    {
        var failure = new Failure(ExtendedErrorCode.NetworkError, "dns.example: connection refused");
        ParsedMessage reply = Exchange.Failing(s_query, failure);
        Assert.Equal(ServFail, reply.Rcode);
        Assert.Equal([s_question], reply.Questions);
        Assert.Equal([(23, "dns.example: connection refused")], reply.Opt!.ExtendedErrors);
    }

    [Fact]
    public void Section_2_who_sent_no_OPT_is_told_nothing_more_than_SERVFAIL()
    {
        ParsedMessage reply = Exchange.Failing(Messages.Query(s_question), Failure.QueueFull);
        Assert.Equal(ServFail, reply.Rcode);
        Assert.Null(reply.Opt);
        Assert.Equal([s_question], reply.Questions);
    }

    [Fact]
    public void Section_4_each_failure_of_our_own_has_its_code()
    {
        Assert.Equal([(23, "queue full")], Exchange.Failing(s_query, Failure.QueueFull).Opt!.ExtendedErrors);
        Assert.Equal([(0, "shutting down")], Exchange.Failing(s_query, Failure.ShuttingDown).Opt!.ExtendedErrors);
        Assert.Equal([(24, "malformed answer from the upstream")], Exchange.Failing(s_query, Failure.MalformedAnswer).Opt!.ExtendedErrors);
    }

    // §4.25: INFO-CODE 24, "Invalid Data": "An authoritative server cannot answer with data for a zone it is otherwise
    // configured to support"; the nearest there is to an upstream whose message makes no sense.
    [Fact]
    public void Section_4_25_an_answer_whose_records_run_past_its_end_is_a_server_failure_with_a_reason()
    {
        byte[] answer = Messages.Answer(s_question);
        ParsedMessage reply = Exchange.OverUdp(s_query, answer[..^1]);
        Assert.Equal(ServFail, reply.Rcode);
        Assert.Empty(reply.Answers);
        Assert.Equal(24, Assert.Single(reply.Opt!.ExtendedErrors).Code);
    }

    // §3: what an upstream says may be passed on.
    [Fact]
    public void Section_3_all_extended_errors_of_the_upstream_are_passed_on()
    {
        byte[] opt = Messages.Opt(options: [Messages.ExtendedError(6, "bogus"), Messages.Option(Messages.OptionNsid, 1), Messages.ExtendedError(22, "ünreachable")]);
        byte[] answer = Messages.Answer(s_question, [], opt, (HeaderFlags)ServFail);
        Assert.Equal([(6, "bogus"), (22, "ünreachable")], Exchange.OverUdp(s_query, answer).Opt!.ExtendedErrors);
        Assert.Null(Exchange.OverUdp(Messages.Query(s_question), answer).Opt);
    }

    // §3: "When the response grows beyond the requestor's UDP payload size, servers SHOULD truncate messages by dropping EDE
    // options before dropping other data from packets. Implementations SHOULD set the truncation bit when dropping EDE options."
    [Fact]
    public void Section_3_an_extended_error_goes_before_the_data_and_TC_says_so()
    {
        byte[][] records = Messages.Filling(512 - 12 - s_question.Length - 11);
        byte[] answer = Messages.Answer(s_question, records, Messages.Opt(options: Messages.ExtendedError(3, "stale")));
        ParsedMessage reply = Exchange.OverUdp(Messages.Query(s_question, opt: Messages.Opt(512)), answer);
        Assert.Equal(records.Length, reply.Answers.Count);
        Assert.Empty(reply.Opt!.Options);
        Assert.True(reply.IsTruncated);
    }

    // §2: EXTRA-TEXT is UTF-8, and "MUST NOT" need to be parsed: a cut must not fall into a character.
    [Theory]
    [InlineData("ü")]
    [InlineData("€")]
    [InlineData("😀")]
    public void Section_2_a_long_text_is_cut_between_characters(string character)
    {
        for (int lead = 0; lead < 4; lead++)
        {
            string text = new string('x', lead) + string.Concat(Enumerable.Repeat(character, 300));
            ParsedMessage reply = Exchange.Failing(s_query, new Failure(ExtendedErrorCode.Other, text));
            string told = Assert.Single(reply.Opt!.ExtendedErrors).Text;
            Assert.StartsWith(told, text, StringComparison.Ordinal);
            Assert.True(Encoding.UTF8.GetByteCount(told) > 190);
        }
    }

    [Fact]
    public void Section_3_the_longest_name_with_the_longest_text_stays_within_512_octets()
    {
        byte[] name = [.. Enumerable.Repeat((byte[])[62, .. new byte[62]], 4).SelectMany(label => label), 1, 1, 0];
        Assert.Equal(255, name.Length);
        ParsedMessage reply = Exchange.Failing(
            Messages.Query(Messages.Question(name), opt: Messages.Opt(0)), new Failure(ExtendedErrorCode.Other, new string('x', 1000)));
        Assert.InRange(reply.Length, 480, 512);
        Assert.False(reply.IsTruncated);
    }
}
