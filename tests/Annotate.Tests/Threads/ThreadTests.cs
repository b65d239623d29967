using Annotate.Deciding;
using Annotate.Threads;
using ThreadState = Annotate.Threads.ThreadState;

namespace Annotate.Tests.Threads;

public sealed class ThreadTests
{
    static readonly ThreadKey Key = new("c", Tier.Coalition, "treaty", "art_40");
    readonly Bench<ThreadState> _bench = new();

    [Theory]
    [InlineData("art_40", null, null, null, null)]
    [InlineData("art_40__para_4", "exactly", null, 3, 10)]
    [InlineData("art_40", "\U0001F600\U0001F600", "before", 0, 2)] // code points, not UTF-16 units
    public void Targets_that_fit_are_taken(string eId, string? exact, string? prefix, int? start, int? end) =>
        Assert.Null(Target(eId, exact, prefix, start, end).Check(Key));

    [Theory]
    [InlineData("art_41", null, null, null)] // another article
    [InlineData("art_400", null, null, null)] // begins alike
    [InlineData("Article 40", null, null, null)]
    [InlineData("art_40", "", null, null)] // empty quotation
    [InlineData("art_40", null, 5, 4)] // ends before it begins
    [InlineData("art_40", null, 5, 5)] // empty
    [InlineData("art_40", null, -1, 5)]
    [InlineData("art_40", "four", 0, 5)] // the two selectors disagree
    public void Targets_that_do_not_are_refused(string eId, string? exact, int? start, int? end) =>
        Assert.Equal("invalid", Target(eId, exact, null, start, end).Check(Key)?.Code);

    // Not inline data: attributes cannot hold half a character.
    [Fact]
    public void Half_a_character_is_refused() => Assert.Equal("invalid", Target("art_40", "half \udc00").Check(Key)?.Code);

    [Fact]
    public void An_annotation_is_edited_by_its_author_alone_and_its_earlier_wordings_stay()
    {
        var id = Annotated("first");
        Assert.Equal("not-yours", Run(new EditAnnotation(id, "not mine", null) { Id = Commands.Id(2), By = Commands.Ben }).Problem?.Code);
        Assert.NotNull(Run(new EditAnnotation(id, "second", ["tag"]) { Id = Commands.Id(3), By = Commands.Ana, IfVersion = 1 }).Event);
        Assert.Equal("version-mismatch", Run(new EditAnnotation(id, "third", null) { Id = Commands.Id(4), By = Commands.Ana, IfVersion = 1 }).Problem?.Code);
        var annotation = _bench.State.FindAnnotation(id)!;
        Assert.Equal(("second", "first"), (annotation.Text, annotation.Edits.Single().Text));
        Assert.Equal(["tag"], annotation.Tags);
        Assert.Equal(2, annotation.Version);
    }

    [Fact]
    public void Deleting_leaves_the_place_and_the_replies_but_not_the_words()
    {
        var id = Annotated("words");
        Run(new EditAnnotation(id, "other words", ["tag"]) { Id = Commands.Id(2), By = Commands.Ana });
        Run(new ReplyToAnnotation(id, "a reply") { Id = Commands.Id(3), By = Commands.Ben });
        Assert.Equal("not-yours", Run(new DeleteAnnotation(id, false) { Id = Commands.Id(4), By = Commands.Ben }).Problem?.Code);
        Assert.NotNull(Run(new DeleteAnnotation(id, true) { Id = Commands.Id(5), By = Commands.Ben }).Event);
        Assert.Equal(Decision.Unchanged, Run(new DeleteAnnotation(id, false) { Id = Commands.Id(6), By = Commands.Ana }));

        var view = ThreadView.Of(Key, _bench.State, _bench.Version).Annotations.Single();
        Assert.Equal((null, true, "a reply"), (view.Text, view.Deleted, view.Replies.Single().Text));
        Assert.Empty(view.Edits);
        Assert.Empty(view.Tags);
        Assert.Equal("a reply".Length, _bench.State.Characters);
        Assert.Equal((0, 0), (_bench.State.Open, _bench.State.Total));
        Assert.Equal("conflict", Run(new EditAnnotation(id, "back", null) { Id = Commands.Id(7), By = Commands.Ana }).Problem?.Code);
        Assert.Equal("conflict", Run(new ReplyToAnnotation(id, "too late") { Id = Commands.Id(8), By = Commands.Ana }).Problem?.Code);
    }

    [Fact]
    public void Resolving_and_reopening_change_what_is_open()
    {
        var id = Annotated("words");
        Assert.NotNull(Run(new ResolveAnnotation(id) { Id = Commands.Id(2), By = Commands.Ben }).Event);
        Assert.Equal((0, 1), (_bench.State.Open, _bench.State.Total));
        Assert.Equal(Decision.Unchanged, Run(new ResolveAnnotation(id) { Id = Commands.Id(3), By = Commands.Ana }));
        Assert.NotNull(Run(new ReopenAnnotation(id) { Id = Commands.Id(4), By = Commands.Ana }).Event);
        Assert.Equal((1, 1), (_bench.State.Open, _bench.State.Total));
    }

    [Fact]
    public void A_reply_is_no_annotation()
    {
        var id = Annotated("words");
        Run(new ReplyToAnnotation(id, "a reply") { Id = Commands.Id(2), By = Commands.Ben });
        Assert.Equal("not-found", Run(new ReplyToAnnotation(Commands.Id(2), "deeper") { Id = Commands.Id(3), By = Commands.Ana }).Problem?.Code);
        Assert.Equal("not-found", Run(new ResolveAnnotation(Commands.Id(2)) { Id = Commands.Id(4), By = Commands.Ana }).Problem?.Code);
        Assert.NotNull(Run(new EditAnnotation(Commands.Id(2), "better", null) { Id = Commands.Id(5), By = Commands.Ben }).Event);
        Assert.Equal("invalid", Run(new EditAnnotation(Commands.Id(2), null, ["tag"]) { Id = Commands.Id(6), By = Commands.Ben }).Problem?.Code);
    }

    [Fact]
    public void Another_persons_id_is_not_taken_over()
    {
        var id = Annotated("mine");
        Assert.Equal("command-reused", Run(Annotate("theirs", Commands.Ben) with { Id = id }).Problem?.Code);
        Assert.Equal("mine", _bench.State.FindAnnotation(id)!.Text);
    }

    [Fact]
    public void Sizes_and_counts_are_bounded()
    {
        Assert.Equal("too-large", Run(Annotate(new string('x', Limits.RemarkCharactersMax + 1), Commands.Ana)).Problem?.Code);
        Assert.Equal("invalid", Run(Annotate(" ", Commands.Ana)).Problem?.Code);
        Assert.Equal("invalid", Run(Annotate("x", Commands.Ana) with { Tags = ["a", "a"] }).Problem?.Code);
        Assert.Equal("too-large", Run(Annotate("x", Commands.Ana) with { Tags = new string[Limits.TagsPerAnnotationMax + 1] }).Problem?.Code);
        Assert.Equal("invalid", Run(Annotate("x", Commands.Ana) with { Motivation = Motivation.Replying }).Problem?.Code);
        var id = Annotated("0");
        for (var i = 1; i <= Limits.EditsPerAnnotationMax; i++)
            Assert.NotNull(Run(new EditAnnotation(id, $"{i}", null) { Id = Commands.Id(i + 1), By = Commands.Ana }).Event);
        Assert.Equal("too-large", Run(new EditAnnotation(id, "more", null) { Id = Commands.Id(999), By = Commands.Ana }).Problem?.Code);
    }

    [Fact]
    public void A_thread_has_room_for_so_much_and_no_more()
    {
        var text = new string('x', Limits.RemarkCharactersMax);
        var n = 0;
        while (_bench.State.Characters + text.Length <= Limits.ThreadCharactersMax)
            Assert.NotNull(Run(Annotate(text, Commands.Ana) with { Id = Commands.Id(++n) }).Event);
        Assert.Equal("too-large", Run(Annotate(text, Commands.Ana) with { Id = Commands.Id(++n) }).Problem?.Code);
    }

    [Theory]
    [InlineData("c/coalition/treaty/art_40", true)]
    [InlineData("c/organisation.rights-now/treaty/art_40", true)]
    [InlineData("c/organisation./treaty/art_40", false)]
    [InlineData("c/public/treaty/art_40", false)]
    [InlineData("c/coalition/treaty/art_40__para_1", false)] // a thread is an article's
    [InlineData("c/coalition/treaty", false)]
    public void Keys_are_checked(string text, bool isKey) => Assert.Equal(isKey ? text : null, ThreadKey.TryParse(text)?.ToString());

    static Target Target(string eId, string? exact = null, string? prefix = null, int? start = null, int? end = null) => new(
        "treaty", "l15", eId, exact is null ? null : new TextQuote(exact, prefix, null),
        start is null ? null : new TextPosition(start.Value, end!.Value));

    static AnnotateProvision Annotate(string text, By by) => new(Target("art_40"), Motivation.Commenting, text, []) { Id = Commands.Id(1), By = by };

    Guid Annotated(string text)
    {
        Assert.NotNull(Run(Annotate(text, Commands.Ana)).Event);
        return Commands.Id(1);
    }

    Decision Run(ThreadCommand command) => _bench.Run(command, Key);
}
