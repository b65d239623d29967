using Annotate.Deciding;
using Annotate.Following;

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
}

public sealed class StatementGrain(TimeProvider clock) : JournalledGrain<StatementState>(clock), IStatementGrain
{
    /// <summary>Kind of topic, and prefix of the records.</summary>
    public const string TopicKind = "statement";

    StatementKey? _statement;

    protected override string Kind => TopicKind;

    StatementKey Statement =>
        _statement ??= StatementKey.TryParse(Key) ?? throw new InvalidOperationException($"{Key} is no key of a statement.");

    public Task<Answer> RunAsync(StatementCommand command) => RunAsync(command, command.DecideBy);

    public Task<StatementView?> ReadAsync() =>
        ReadAsync((state, version) => state.Exists ? StatementView.Of(Statement, state, version) : null);
}
