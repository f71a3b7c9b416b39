using DotProxy.Caching;
using DotProxy.Control;

namespace DotProxy.Tests.Control;

public sealed class CacheReportTests
{
    [Fact]
    public void Figures_have_a_line_each_and_say_so_where_nobody_has_asked()
    {
        string text = CacheReport.Of(new CacheFigures(1, 2, 3, 4, 5, 6, 7, 8));
        Assert.Equal(["1", "2", "3", "4", "5", "6", "7", "8"], text.TrimEnd('\n').Split('\n').Select(line => line[18..].Trim().Split(' ')[0]));
        Assert.Contains("3 of 7 questions, 42.9 %\n", text, StringComparison.Ordinal);
        Assert.Contains("0 of 0 questions\n", CacheReport.Of(new CacheFigures(0, 0, 0, 0, 0, 0, 0, 0)), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_held_stands_in_columns_by_type()
    {
        CacheListing[] listings =
        [
            new(28, 1, EntryKind.Negative, KeyFlags.DnssecOk, 0, 161, 70, -10),
            new(1, 1, EntryKind.Failure, KeyFlags.DnssecOk | KeyFlags.CheckingDisabled, 2, 60, 0, 5),
            new(65, 1, EntryKind.Negative, KeyFlags.None, 3, 99, 1, 0),
            new(1, 1, EntryKind.Positive, KeyFlags.None, 0, 44, 12, 288),
            new(999, 4, EntryKind.Positive, KeyFlags.CheckingDisabled, 3, 65535, 604800, 604800),
        ];
        Assert.Equal(
            """
              TYPE       CLASS  FLAGS HOLDS                  OCTETS     AGE        LEFT
              A          IN     -     answer                     44     12s        288s
              A          IN     DO CD failure, SERVFAIL          60      0s          5s
              AAAA       IN     DO    no such data              161     70s   stale 10s
              HTTPS      IN     -     no such name               99      1s          0s
              TYPE999    HS     CD    answer, NXDOMAIN        65535 604800s     604800s

            """,
            CacheReport.Of("a.test.", listings));
    }

    [Fact]
    public void A_name_with_more_types_than_anybody_reads_is_cut_short_and_says_so()
    {
        CacheListing[] listings = [.. Enumerable.Range(1, 1000).Select(type => new CacheListing(type, 1, EntryKind.Positive, KeyFlags.None, 0, 44, 0, 1))];
        string[] lines = CacheReport.Of("a.test.", listings).TrimEnd('\n').Split('\n');
        Assert.Equal((202, "  and 800 more"), (lines.Length, lines[^1]));
    }

    [Theory]
    [InlineData(0, null, "nothing was held\n")]
    [InlineData(0, "a.test.", "nothing was held of a.test.\n")]
    [InlineData(1, null, "1 answer removed\n")]
    [InlineData(1, "a.test.", "1 answer of a.test. removed\n")]
    [InlineData(7, null, "7 answers removed\n")]
    [InlineData(7, "a.test.", "7 answers of a.test. removed\n")]
    public void What_was_removed_is_said_in_a_sentence(int count, string? name, string text) => Assert.Equal(text, CacheReport.Removed(count, name));
}
