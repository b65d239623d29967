using Annotate.Statements;

namespace Annotate.Tests.Statements;

public sealed class StatementTests
{
    readonly Bench<StatementState> _bench = new();
    int _ids;

    public StatementTests() => Assert.Null(Code(id => new DescribeStatement("Joint letter", "The Council", "treaty", "l15") { Id = id, By = Commands.Ana }));

    [Theory]
    [InlineData("a b c", "a", "c", "b c a")]
    [InlineData("a b c", "c", null, "c a b")]
    [InlineData("a b c", "c", "a", "a c b")]
    [InlineData("a b c", "b", "a", "a b c")]
    public void Sections_are_added_at_the_end_and_moved(string before, string moved, string? after, string then)
    {
        foreach (var section in before.Split(' ')) Assert.Null(Add(section, null));
        Assert.Null(Code(id => new MoveSection(moved, after) { Id = id, By = Commands.Ana }));
        Assert.Equal(then, Order);
    }

    [Fact]
    public void A_section_is_added_after_another()
    {
        Assert.Null(Add("a", null));
        Assert.Null(Add("b", null));
        Assert.Null(Add("c", "a"));
        Assert.Equal("a c b", Order);
        Assert.Equal("invalid", Add("d", "nowhere"));
        Assert.Equal("conflict", Add("b", "a"));
        Assert.Null(Add("b", "c"));
    }

    [Fact]
    public void Moves_that_make_no_sense_are_refused()
    {
        Assert.Null(Add("a", null));
        Assert.Equal("not-found", Code(id => new MoveSection("b", null) { Id = id, By = Commands.Ana }));
        Assert.Equal("invalid", Code(id => new MoveSection("a", "a") { Id = id, By = Commands.Ana }));
        Assert.Equal("invalid", Code(id => new MoveSection("a", "b") { Id = id, By = Commands.Ana }));
    }

    [Fact]
    public void Citations_are_provisions_and_hold_the_instrument()
    {
        Assert.Equal("invalid", Code(id => new DescribeSection("a", "A", ["Art. 40"], null) { Id = id, By = Commands.Ana }));
        Assert.Equal("invalid", Code(id => new DescribeSection("a", "A", ["art_40", "art_40"], null) { Id = id, By = Commands.Ana }));
        var cited = new DescribeSection("a", "A", ["art_36__para_1__point_b"], null)
        {
            Id = default,
            By = Commands.Ana,
            SoughtIn = "l15",
            Found = ["art_36__para_1__point_b"],
        };
        Assert.Null(Code(id => cited with { Id = id }));
        Assert.Equal("conflict", Code(id => new DescribeStatement("Joint letter", "The Council", "other", "l15") { Id = id, By = Commands.Ana, Found = cited.Citations }));
    }

    [Fact]
    public void Another_draft_must_have_what_the_sections_cite()
    {
        var section = new DescribeSection("a", "A", ["art_1", "art_2"], null) { Id = default, By = Commands.Ana, SoughtIn = "l15", Found = ["art_1"] };
        Assert.Equal("invalid", Code(id => section with { Id = id }));
        section = section with { Found = ["art_2", "art_1"] };
        Assert.Null(Code(id => section with { Id = id }));
        var letter = new DescribeStatement("Joint letter", "The Council", "treaty", "l16") { Id = default, By = Commands.Ana };
        Assert.Equal("conflict", Code(id => letter with { Id = id, Found = ["art_1"] }));
        Assert.Null(Code(id => letter with { Id = id, Found = ["art_1", "art_2"] }));
        // Looked up before the draft was changed.
        Assert.Equal("conflict", Code(id => section with { Id = id, Citations = ["art_1"] }));
        Assert.Null(Code(id => section with { Id = id, Citations = ["art_1"], SoughtIn = "l16" }));
        Assert.Null(Code(id => section with { Id = id, Citations = [], SoughtIn = null }));
        // Without citations any draft will do.
        Assert.Null(Code(id => letter with { Id = id, Draft = "l17" }));
    }

    [Fact]
    public void If_match_is_the_statements_version()
    {
        Assert.Equal("version-mismatch", Code(id => new DescribeSection("a", "A", [], null) { Id = id, By = Commands.Ana, IfVersion = 7 }));
        Assert.Null(Code(id => new DescribeSection("a", "A", [], null) { Id = id, By = Commands.Ana, IfVersion = 1 }));
    }

    [Fact]
    public void Nothing_belongs_to_a_statement_that_is_not_there()
    {
        var command = new DescribeSection("a", "A", [], null) { Id = Commands.Id(1), By = Commands.Ana };
        Assert.Equal("not-found", command.Decide(new StatementState(), Commands.Now).Problem?.Code);
    }

    [Fact]
    public void The_view_names_the_texts()
    {
        Assert.Null(Add("intro", null));
        Assert.Equal("c.letter.intro", StatementView.Of(new StatementKey("c", "letter"), _bench.State, 2).Sections.Single().Text);
    }

    string Order => string.Join(' ', _bench.State.Sections.Select(section => section.Id));

    string? Add(string section, string? after) => Code(id => new DescribeSection(section, "Title of " + section, [], after) { Id = id, By = Commands.Ana });

    string? Code(Func<Guid, StatementCommand> make)
    {
        var command = make(Commands.Id(++_ids));
        return _bench.Run(command, Commands.Now).Problem?.Code;
    }
}
