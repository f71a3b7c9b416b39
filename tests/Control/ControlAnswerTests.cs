using System.Text;
using CsCheck;
using DotProxy.Control;

namespace DotProxy.Tests.Control;

public sealed class ControlAnswerTests
{
    [Fact]
    public void Every_answer_is_read_as_it_was_written() =>
        Gen.Select(Gen.Bool, Gen.String.AlphaNumeric).Sample((done, text) =>
            ControlAnswer.TryDecode(new ControlAnswer(done, text + "é\n" + text).Encode(), out ControlAnswer? read)
            && read == new ControlAnswer(done, text + "é\n" + text));

    [Fact]
    public void An_answer_that_is_cut_off_is_noticed_wherever_that_is()
    {
        byte[] whole = new ControlAnswer(true, "one line\nand another\n").Encode();
        Assert.StartsWith("ok 21\n", Encoding.UTF8.GetString(whole), StringComparison.Ordinal);
        for (int end = 0; end < whole.Length; end++) Assert.False(ControlAnswer.TryDecode(whole.AsSpan(0, end), out _));
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("HTTP/1.1 200 OK\n")]
    [InlineData("ok\n")]
    [InlineData("ok -1\n")]
    [InlineData("ok 99999999999\n")]
    [InlineData("ok 1 1\na")]
    [InlineData("OK 1\na")]
    public void What_is_no_answer_is_not_taken_for_one(string text) => Assert.False(ControlAnswer.TryDecode(Encoding.UTF8.GetBytes(text), out _));
}
