using Annotate.Deciding;
using Annotate.Instruments;

namespace Annotate.Tests.Instruments;

public sealed class ImportDraftTests
{
    static readonly DateTimeOffset At = DateTimeOffset.UnixEpoch;

    [Fact]
    public void A_draft_is_imported_once_and_the_same_content_again_changes_nothing()
    {
        var state = new InstrumentState();
        Apply(state, Command("d", "## Article 1\nx"));
        Assert.Equal("Title", state.Title);
        Assert.Equal(Decision.Unchanged, Command("d", "## Article 1\nx").Decide(state, At));
        Assert.Equal(Decision.Unchanged, (Command("d", "## Article 1\nx") with { Title = null }).Decide(state, At));
        Assert.Equal("x", state.Drafts["d"].Draft.Content.Find("art_1")?.Text);
    }

    [Theory]
    [InlineData("## Article 1\ny", "Draft one", "en")]
    [InlineData("## Article 1\nx", "Draft 1", "en")]
    [InlineData("## Article 1\nx", "Draft one", "fr")]
    public void Other_content_is_a_conflict(string source, string title, string language)
    {
        var state = new InstrumentState();
        Apply(state, Command("d", "## Article 1\nx"));
        Assert.Equal("conflict", Command("d", source, title, language).Decide(state, At).Problem?.Code);
    }

    [Fact]
    public void The_first_draft_brings_the_title_and_later_ones_keep_to_it()
    {
        var state = new InstrumentState();
        Assert.Equal("invalid", (Command("d", "## Article 1\nx") with { Title = null }).Decide(state, At).Problem?.Code);
        Apply(state, Command("d", "## Article 1\nx"));
        Assert.Equal("conflict", (Command("e", "## Article 1\nx") with { Title = "Other" }).Decide(state, At).Problem?.Code);
        Apply(state, Command("e", "## Article 1\nx") with { Title = null });
        Assert.Equal(["d", "e"], state.Drafts.Keys);
    }

    [Fact]
    public void Drafts_are_bounded()
    {
        var state = new InstrumentState();
        for (var i = 0; i < Limits.DraftsPerInstrumentMax; i++) Apply(state, Command("d" + i, "## Article 1\nx"));
        Assert.Equal("too-large", Command("e", "## Article 1\nx").Decide(state, At).Problem?.Code);
    }

    [Theory]
    [InlineData("", "en")]
    [InlineData("T\n", "en")]
    [InlineData("T", "e")]
    [InlineData("T", "en us")]
    public void A_draft_has_a_title_and_a_language(string title, string language)
    {
        Assert.Null(Draft.Read("d", title, language, "## Article 1"u8, DraftFormat.Markdown, out var problem));
        Assert.Equal("invalid", problem?.Code);
    }

    [Fact]
    public void A_source_that_cannot_be_read_is_one_problem_with_every_line()
    {
        Assert.Null(Draft.Read("d", "T", "en", "## Article 1\n## x\n## y"u8, DraftFormat.Markdown, out var problem));
        Assert.Equal("draft-unreadable", problem?.Code);
        Assert.StartsWith("line 2: ", problem?.Detail);
        Assert.Contains("\nline 3: ", problem?.Detail);
    }

    [Fact]
    public void The_catalogue_names_each_thing_once()
    {
        var state = new CatalogueState();
        var enter = new EnterInCatalogue { Id = Guid.Empty, By = By.Operator, Shelf = Shelf.Instruments, Entry = "a", Name = "A" };
        state.Apply(1, Entry(enter.Decide(state, At).Event!));
        Assert.Equal(Decision.Unchanged, enter.Decide(state, At));
        state.Apply(2, Entry((enter with { Name = "B" }).Decide(state, At).Event!));
        Assert.Equal("B", state.Instruments["a"]);
        Assert.NotNull((enter with { Shelf = Shelf.Coalitions, Name = "B" }).Decide(state, At).Event);
        Assert.Empty(state.Coalitions);
    }

    static void Apply(InstrumentState state, ImportDraft command) => state.Apply(1, Entry(command.Decide(state, At).Event!));

    static Entry Entry(Event happened) => new(At, By.Operator, Guid.Empty, 0, happened);

    static ImportDraft Command(string id, string source, string title = "Draft one", string language = "en")
    {
        var draft = Draft.Read(id, title, language, System.Text.Encoding.UTF8.GetBytes(source), DraftFormat.Markdown, out var problem);
        Assert.Null(problem);
        return new ImportDraft { Id = Guid.Empty, By = By.Operator, Title = "Title", Draft = draft! };
    }
}
