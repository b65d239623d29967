using Annotate.Deciding;
using Annotate.Feeding;
using Annotate.Following;
using Orleans.Concurrency;

namespace Annotate.Statements;

/// <summary>A statement's frame; its key is a <see cref="StatementKey"/>.</summary>
[Alias("annotate.statement-grain")]
public interface IStatementGrain : ITopicGrain
{
    /// <summary>Whoever calls this has checked that the sender has the mandate to draft.</summary>
    [Alias("run")]
    Task<Answer> RunAsync(StatementCommand command);

    /// <summary>Null while there is no such statement.</summary>
    [Alias("read")]
    Task<StatementView?> ReadAsync();

    /// <summary>Whether the statement has such a section, and so a text.</summary>
    [Alias("has-section")]
    Task<bool> HasSectionAsync(string section);
}

[Reentrant, GrainType(TopicKind)]
public sealed class StatementGrain(TimeProvider clock) : FeedingGrain<StatementState>(clock), IStatementGrain
{
    /// <summary>Kind of topic, and prefix of the records.</summary>
    public const string TopicKind = "statement";

    StatementKey? _statement;

    protected override string Kind => TopicKind;

    protected override FeedKey Feed => new(Statement.Coalition, Tier.Coalition);

    StatementKey Statement =>
        _statement ??= StatementKey.TryParse(Key) ?? throw new InvalidOperationException($"{Key} is no key of a statement.");

    public Task<Answer> RunAsync(StatementCommand command) => RunAsync(command, Clock.GetUtcNow);

    public Task<StatementView?> ReadAsync() =>
        ReadAsync((state, version) => state.Exists ? StatementView.Of(Statement, state, version) : null);

    public Task<bool> HasSectionAsync(string section) => ReadAsync((state, _) => state.Sections.Any(has => has.Id == section));

    protected override object StateForFollowers(long version) => StatementView.Of(Statement, State, version);

    protected override SourceCount Count(StatementState state) => new(0, state.Sections.Count);
}
