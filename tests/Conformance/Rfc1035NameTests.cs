using DotProxy.Dns;
using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.Conformance;

/// <summary>Domain names: implementation and specification; the sections on names.</summary>
public sealed class Rfc1035NameTests
{
    private const int FormErr = 1;

    private static readonly byte[] s_question = Messages.Question("www.example.com");

    // §2.3.4: "labels: 63 octets or less". The two high bits tell a label from a pointer; 01 and 10 are reserved (§4.1.4).
    [Theory]
    [InlineData(63, true)]
    [InlineData(64, false)]
    [InlineData(0x7F, false)]
    [InlineData(0x80, false)]
    [InlineData(0xBF, false)]
    public void Section_2_3_4_a_label_has_at_most_63_octets(int length, bool accepted)
    {
        byte[] name = [(byte)length, .. Enumerable.Repeat((byte)'a', length), 0];
        AssertAccepted(accepted, Messages.Query(Messages.Question(name)));
    }

    // §2.3.4: "names: 255 octets or less", with length octets and the closing zero.
    [Theory]
    [InlineData(255, true)]
    [InlineData(256, false)]
    [InlineData(300, false)]
    public void Section_2_3_4_a_name_has_at_most_255_octets(int length, bool accepted)
    {
        var name = new List<byte>();
        while (name.Count < length - 1)
        {
            int label = Math.Min(63, length - 2 - name.Count);
            name.AddRange([(byte)label, .. Enumerable.Repeat((byte)'a', label)]);
        }
        name.Add(0);
        Assert.Equal(length, name.Count);
        AssertAccepted(accepted, Messages.Query(Messages.Question([.. name])));
    }

    // §4.1.4: a pointer is to "a prior occurance of the same name". In front of the question there is none.
    [Theory]
    [InlineData(0xC0, 0x0C)]
    [InlineData(0xC0, 0x00)]
    [InlineData(0xC0, 0x0E)]
    [InlineData(0xFF, 0xFF)]
    public void Section_4_1_4_a_question_that_points_to_itself_or_anywhere_is_a_format_error(byte high, byte low)
    {
        Assert.Equal(FormErr, Exchange.Rejected(Messages.Query([high, low, 0, 1, 0, 1])).Rcode);
        Assert.Equal(FormErr, Exchange.Rejected(Messages.Query([1, (byte)'a', high, low, 0, 1, 0, 1])).Rcode);
    }

    [Fact]
    public void Section_4_1_4_an_additional_record_whose_owner_loops_is_a_format_error()
    {
        int at = 12 + s_question.Length;
        byte[] loop = Messages.Record([(byte)(0xC0 | (at >> 8)), (byte)at], Messages.TypeA, 0, [1, 2, 3, 4]);
        Assert.Equal(FormErr, Exchange.Rejected(Messages.Compose(1, HeaderFlags.None, [s_question], additional: [loop])).Rcode);
    }

    // §2.3.3: case is not significant, but "should be preserved" where possible; clients that mix it on purpose compare it.
    [Fact]
    public void Section_2_3_3_the_question_comes_back_in_the_letter_case_of_the_client_and_goes_out_in_it()
    {
        byte[] query = Messages.Query("wWw.ExAmPlE.cOm");
        ParsedMessage reply = Exchange.OverUdp(query, Messages.Answer(s_question));
        Assert.Equal([Messages.Question("wWw.ExAmPlE.cOm")], reply.Questions);
        Assert.Equal([Messages.Question("wWw.ExAmPlE.cOm")], Exchange.Forwarded(query).Questions);
    }

    // §3.7.1 of RFC 1034, §4.1.2 here: the root is a name, and QCLASS * a class.
    [Fact]
    public void Section_4_1_2_the_root_and_every_class_can_be_asked_for()
    {
        Assert.True(Exchange.IsAccepted(Messages.Query(Messages.Question(".", 2))));
        Assert.True(Exchange.IsAccepted(Messages.Query(Messages.Question("example.com", 255, 255))));
        Assert.True(Exchange.IsAccepted(Messages.Query(Messages.Question("version.bind", Messages.TypeTxt, 3))));
    }

    private static void AssertAccepted(bool accepted, byte[] query)
    {
        if (accepted) Assert.True(Exchange.IsAccepted(query));
        else Assert.Equal(FormErr, Exchange.Rejected(query).Rcode);
    }
}
