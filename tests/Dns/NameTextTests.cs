using CsCheck;
using DotProxy.Dns;
using DotProxy.Tests.Fakes;

namespace DotProxy.Tests.Dns;

public sealed class NameTextTests
{
    [Theory]
    [InlineData(".", ".")]
    [InlineData("com", "com.")]
    [InlineData("www.example.com.", "www.example.com.")]
    [InlineData("wWw.eXample.com", "wWw.eXample.com.")]
    [InlineData(@"a\.b.test", @"a\.b.test.")]
    [InlineData(@"\097.test", "a.test.")]
    [InlineData(@"\046\092.test", @"\.\\.test.")]
    [InlineData(@"\000\255\032.test.", @"\000\255\032.test.")]
    [InlineData(@"\$\@.test", "$@.test.")]
    [InlineData("_dns.*.xn--bcher-kva.test", "_dns.*.xn--bcher-kva.test.")]
    public void A_name_is_read_as_RFC_1035_has_it_written(string text, string formatted)
    {
        Assert.True(NameText.TryParse(text, out byte[]? name, out string fault), fault);
        Assert.Empty(fault);
        Assert.Equal(formatted, DomainName.Format(name));
        Assert.True(DomainName.TryMeasure(name, 0, out int length));
        Assert.Equal(name.Length, length);
    }

    [Theory]
    [InlineData("", "it is empty; the root is written '.'")]
    [InlineData("..", "a label between two dots, or before the first, is empty")]
    [InlineData(".com", "a label between two dots, or before the first, is empty")]
    [InlineData("a..b", "a label between two dots, or before the first, is empty")]
    [InlineData("a.b..", "a label between two dots, or before the first, is empty")]
    [InlineData(@"a\", @"there is nothing after its last '\'")]
    [InlineData(@"a\25", @"'\' before a digit needs three of them, up to \255")]
    [InlineData(@"a\256.b", @"'\' before a digit needs three of them, up to \255")]
    [InlineData(@"a\2x5.b", @"'\' before a digit needs three of them, up to \255")]
    [InlineData("a b", @"blanks and control characters are written \DDD")]
    [InlineData("a\nb", @"blanks and control characters are written \DDD")]
    [InlineData(@"a\ b", @"blanks and control characters are written \DDD")]
    [InlineData("bücher.test", "names beyond ASCII in their form with xn--")]
    public void What_is_no_name_is_refused_with_the_reason(string text, string reason)
    {
        Assert.False(NameText.TryParse(text, out byte[]? name, out string fault));
        Assert.Null(name);
        Assert.Contains(reason, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Labels_and_names_are_as_long_as_the_wire_allows_and_no_longer()
    {
        string label = new('x', 63);
        string longest = $"{label}.{label}.{label}.{label[..61]}";
        Assert.True(NameText.TryParse(longest, out byte[]? name, out _));
        Assert.Equal(WireLimits.Name, name.Length);
        Assert.False(NameText.TryParse(longest + "x", out _, out string fault));
        Assert.Contains("255 octets", fault, StringComparison.Ordinal);
        Assert.False(NameText.TryParse(label + "x.test", out _, out fault));
        Assert.Contains("63 octets", fault, StringComparison.Ordinal);
        Assert.False(NameText.TryParse(new string('x', 1000), out _, out _));
    }

    [Fact]
    public void Every_name_that_is_formatted_is_read_as_it_was() =>
        WireGen.Question.Sample(question =>
            NameText.TryParse(DomainName.Format(question.AsSpan(0, question.Length - 4)), out byte[]? name, out _)
            && name.AsSpan().SequenceEqual(question.AsSpan(0, question.Length - 4)), iter: 5_000);

    [Fact]
    public void No_text_is_one_to_fall_over() =>
        Gen.String[Gen.Char[@"ab.\0129 é"], 0, 300].Sample(text =>
            NameText.TryParse(text, out byte[]? name, out string fault)
                ? fault.Length == 0 && DomainName.TryMeasure(name, 0, out int length) && length == name.Length
                : fault.Length > 0, iter: 20_000);
}
