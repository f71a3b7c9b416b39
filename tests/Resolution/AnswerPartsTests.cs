using CsCheck;
using DotProxy.Dns;
using DotProxy.Resolution;
using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.Resolution;

public sealed class AnswerPartsTests
{
    private static readonly byte[] s_question = Messages.Question("www.example.com");

    [Fact]
    public void Records_are_everything_between_the_question_and_OPT()
    {
        byte[] first = Messages.Address("192.0.2.1"), second = Messages.Record(Messages.RootName, 65280, 1, [1, 2]);
        byte[] opt = Messages.Opt(extendedRcode: 9, options: Messages.Option(65001, 5));
        byte[] message = Messages.Compose(1, HeaderFlags.Response, [s_question], [first], additional: [second, opt, second]);

        Assert.True(AnswerParts.TryRead(message, s_question.Length, out AnswerParts parts));
        Assert.Equal((byte[])[.. first, .. second], parts.Records.ToArray());
        Assert.Equal((1, 9), (parts.AdditionalCount, parts.ExtendedRcode));
        EdnsOptions options = parts.Options;
        Assert.True(options.TryReadNext(out EdnsOptionCode code, out _));
        Assert.Equal((EdnsOptionCode)65001, code);
    }

    [Fact]
    public void Without_OPT_all_additional_records_are_there()
    {
        byte[] extra = Messages.Record(Messages.RootName, 65280, 1, [1, 2]);
        Assert.True(AnswerParts.TryRead(Messages.Compose(1, HeaderFlags.Response, [s_question], additional: [extra, extra]), s_question.Length, out AnswerParts parts));
        Assert.Equal(2, parts.AdditionalCount);
        Assert.Equal((byte[])[.. extra, .. extra], parts.Records.ToArray());
    }

    [Fact]
    public void A_message_cut_anywhere_is_not_read_but_where_only_a_header_is_expected()
    {
        byte[] message = Messages.Answer(s_question, opt: Messages.Opt());
        for (int end = 0; end < message.Length; end++) Assert.False(AnswerParts.TryRead(message.AsSpan(0, end), s_question.Length, out _));
        Assert.True(AnswerParts.TryRead(Messages.Compose(1, HeaderFlags.Response | (HeaderFlags)1, []), s_question.Length, out AnswerParts parts));
        Assert.Equal((0, true), (parts.Header.QuestionCount, parts.Records.IsEmpty));
    }

    // The length belongs to the question that was asked; an upstream's message need not keep to it.
    [Fact]
    public void No_octets_whatever_make_reading_throw_even_where_the_question_has_another_length() =>
        Gen.Select(Gen.OneOf(Gen.Byte.Array[0, 120], WireGen.Mutated(WireGen.Question.SelectMany(WireGen.Answer))), Gen.Int[5, 259]).Sample(
            (message, questionLength) =>
            {
                if (!AnswerParts.TryRead(message, questionLength, out AnswerParts parts)) return true;
                return parts.AdditionalCount <= parts.Header.AdditionalCount && parts.Records.Length <= message.Length;
            }, iter: 20_000);
}
