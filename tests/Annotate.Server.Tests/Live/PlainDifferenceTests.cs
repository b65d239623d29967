using Annotate.Client;
using Annotate.Server.Live;
using LiveLimits = Annotate.Server.Live.Limits;

namespace Annotate.Server.Tests.Live;

public sealed class PlainDifferenceTests
{
    const int Rounds = 3_000;

    static readonly string[] Words = ["a", "b", "ab", "👍", "👎", "\U0002044D", "🧪👍", "é", " "];

    [Theory]
    [InlineData("", "", "")]
    [InlineData("", "one\n", "0-0+one\n")]
    [InlineData("one\n", "", "0-4+")]
    [InlineData("one\ntwo\n", "one\ntwo\n", "")]
    [InlineData("one\ntwo\nthree\n", "one\ntwo, too\nthree\n", "7-0+, too")]
    [InlineData("one\ntwo\nthree\nfour\n", "One\ntwo\nthree\nfour!\n", "0-1+O 18-0+!")]
    [InlineData("one\ntwo\n", "one!\ntwo!\n", "3-0+! 8-0+!")]
    [InlineData("one\ntwo\nthree\n", "one\nthree\n", "4-4+")]
    [InlineData("a\n\n\nb\n\nc\n", "a\n\nx\n\nb\n\nd\n", "3-0+x\n 9-1+d")]
    [InlineData("👍\n", "👎\n", "0-2+👎")]
    // The same second half, behind another first.
    [InlineData("👍\n", "\U0002044D\n", "0-2+\U0002044D")]
    [InlineData("x👍y\n", "x👍👍y\n", "3-0+👍")]
    public void A_change_is_as_small_as_it_looks(string before, string after, string changes) =>
        Assert.Equal(changes, string.Join(' ', PlainDifference.Between(before, after).Select(change => $"{change.At}-{change.Delete}+{change.Insert}")));

    [Fact]
    public void Changes_applied_in_order_make_the_other_text_and_never_divide_a_pair()
    {
        for (var seed = 1; seed <= Rounds; seed++)
        {
            var random = new Random(seed);
            var lines = Enumerable.Range(0, random.Next(12)).Select(_ => LineOf(random)).ToList();
            var before = string.Concat(lines.Select(line => line + "\n"));
            for (var edits = random.Next(5); edits >= 0; edits--)
            {
                var at = random.Next(lines.Count + 1);
                if (at == lines.Count || random.Next(4) == 0) lines.Insert(at, LineOf(random));
                else if (random.Next(4) == 0) lines.RemoveAt(at);
                else lines[at] = random.Next(2) == 0 ? lines[at] + LineOf(random) : LineOf(random) + lines[at];
            }

            var after = string.Concat(lines.Select(line => line + "\n"));
            var changes = PlainDifference.Between(before, after);
            Assert.True(after == PlainChange.Apply(before, changes), $"seed {seed}");
            foreach (var change in changes) Assert.True(IsWhole(change.Insert), $"seed {seed}: {change}");
        }
    }

    [Fact]
    public void More_changes_than_the_limit_are_one()
    {
        var before = string.Concat(Enumerable.Range(0, LiveLimits.PlainChangesMax + 1).Select(line => $"{line}\nsame {line}\n"));
        var after = before.Replace("\nsame", "!\nsame", StringComparison.Ordinal);
        var change = Assert.Single(PlainDifference.Between(before, after));
        Assert.Equal(after, PlainChange.Apply(before, [change]));
        var fewer = before[..before.IndexOf("\n1000\n", StringComparison.Ordinal)];
        Assert.Equal(1_000, PlainDifference.Between(fewer, fewer.Replace("\nsame", "!\nsame", StringComparison.Ordinal)).Length);
    }

    static bool IsWhole(string text) => text.Length == 0 || (!char.IsLowSurrogate(text[0]) && !char.IsHighSurrogate(text[^1]));

    static string LineOf(Random random) => string.Concat(Enumerable.Range(0, random.Next(4)).Select(_ => Words[random.Next(Words.Length)]));
}
