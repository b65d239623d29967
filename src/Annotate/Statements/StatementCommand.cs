using Annotate.Deciding;

namespace Annotate.Statements;

/// <summary>What somebody wants of a statement's frame. If-Match compares with the statement's version.</summary>
[GenerateSerializer, Alias("annotate.statement-command.v1")]
public abstract record StatementCommand : Command
{
    public Decision DecideBy(StatementState state) =>
        !state.Exists && this is not DescribeStatement ? Problem.NotFound
        : IfVersion is { } version && version != state.Version ? Problem.VersionMismatch
        : Decide(state);

    /// <summary>Decides it on a statement that is there, unless it is this command that makes it.</summary>
    protected abstract Decision Decide(StatementState state);
}
