using CsCheck;
using DotProxy.Dns;
using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.Dns;

public sealed class DomainNameTests
{
    [Theory]
    [InlineData(".", ".")]
    [InlineData("com", "com.")]
    [InlineData("www.example.com.", "www.example.com.")]
    [InlineData("wWw.eXample.com", "wWw.eXample.com.")]
    [InlineData("_dns.resolver.arpa", "_dns.resolver.arpa.")]
    public void A_name_is_formatted_for_people(string dotted, string expected) =>
        Assert.Equal(expected, DomainName.Format(Messages.Name(dotted)));

    // RFC 1035 §5.1: \X for what has a meaning of its own, \DDD for the rest.
    [Fact]
    public void Octets_that_are_no_plain_characters_are_escaped()
    {
        Assert.Equal("a\\.b\\\\c.", DomainName.Format([5, (byte)'a', (byte)'.', (byte)'b', (byte)'\\', (byte)'c', 0]));
        Assert.Equal("\\000\\010\\032\\127\\255.", DomainName.Format([5, 0, 10, 32, 127, 255, 0]));
    }

    [Fact]
    public void A_name_is_measured_with_its_closing_zero_wherever_it_stands()
    {
        byte[] name = Messages.Name("www.example.com");
        Assert.True(DomainName.TryMeasure([9, 9, 9, .. name, 1, 2, 3], 3, out int length));
        Assert.Equal(17, length);
        Assert.True(DomainName.TryMeasure([0], 0, out length));
        Assert.Equal(1, length);
    }

    [Fact]
    public void A_name_without_its_end_is_not_measured()
    {
        byte[] name = Messages.Name("www.example.com");
        for (int end = 0; end < name.Length; end++)
        {
            Assert.False(DomainName.TryMeasure(name.AsSpan(0, end), 0, out _));
            int offset = 0;
            Assert.False(DomainName.TrySkip(name.AsSpan(0, end), ref offset));
            Assert.Equal(0, offset);
        }
    }

    [Theory]
    [InlineData(12, true)]
    [InlineData(13, true)]
    [InlineData(11, false)]
    [InlineData(0, false)]
    [InlineData(14, false)]
    [InlineData(15, false)]
    [InlineData(16, false)]
    [InlineData(0x3FFF, false)]
    public void A_pointer_may_only_point_back_and_behind_the_header(int target, bool accepted)
    {
        byte[] message = [.. new byte[12], 1, (byte)'a', (byte)(0xC0 | (target >> 8)), (byte)target, 77];
        int offset = 14;
        Assert.Equal(accepted, DomainName.TrySkip(message, ref offset));
        Assert.Equal(accepted ? 16 : 14, offset);
    }

    [Fact]
    public void A_pointer_cut_in_half_is_not_skipped()
    {
        int offset = 13;
        Assert.False(DomainName.TrySkip([.. new byte[13], 0xC0], ref offset));
    }

    [Fact]
    public void A_name_may_end_in_a_pointer()
    {
        byte[] message = [.. new byte[12], 3, (byte)'c', (byte)'o', (byte)'m', 0, 1, (byte)'a', 0xC0, 12];
        int offset = 17;
        Assert.True(DomainName.TrySkip(message, ref offset));
        Assert.Equal(message.Length, offset);
    }

    // RFC 4343 §3: only the 26 ASCII letters have two cases; @ and `, [ and { and bytes above 127 are as different as they look.
    [Fact]
    public void Letter_case_is_the_only_difference_that_a_name_may_have()
    {
        for (int left = 0; left < 256; left++)
        {
            for (int right = 0; right < 256; right++)
            {
                bool same = left == right || (char.IsAsciiLetter((char)left) && char.IsAsciiLetter((char)right) && (left | 0x20) == (right | 0x20));
                Assert.Equal(same, DomainName.QuestionsMatch([1, (byte)left, 0, 0, 1, 0, 1], [1, (byte)right, 0, 0, 1, 0, 1]));
            }
        }
    }

    [Fact]
    public void Type_and_class_have_no_letter_case() =>
        Assert.False(DomainName.QuestionsMatch([0, 0, (byte)'A', 0, 1], [0, 0, (byte)'a', 0, 1]));

    [Fact]
    public void Questions_of_different_length_or_too_short_to_be_one_do_not_match()
    {
        Assert.False(DomainName.QuestionsMatch(Messages.Question("a.b"), Messages.Question("a.bc")));
        Assert.False(DomainName.QuestionsMatch([0, 1, 0, 1], [0, 1, 0, 1]));
        Assert.False(DomainName.QuestionsMatch([], []));
    }

    [Fact]
    public void Any_question_matches_itself_in_any_letter_case_and_no_other() =>
        Gen.Select(WireGen.Question, Gen.Int[0, 1000], Gen.Int[1, 255]).Sample((question, where, change) =>
        {
            byte[] shouting = [.. question[..^4].Select(octet => char.IsAsciiLetterLower((char)octet) ? (byte)(octet - 32) : octet), .. question[^4..]];
            byte[] other = [.. question];
            int at = where % other.Length;
            other[at] ^= (byte)change;
            bool isCase = change == 0x20 && at < other.Length - 4 && char.IsAsciiLetter((char)other[at]) && char.IsAsciiLetter((char)question[at]);
            return DomainName.QuestionsMatch(question, shouting) && DomainName.QuestionsMatch(shouting, question)
                && DomainName.QuestionsMatch(question, other) == isCase;
        }, iter: 5_000);
}
