using Annotate.Deciding;

namespace Annotate.Statements;

/// <summary>What somebody wants of a statement's frame. If-Match compares with the statement's version.</summary>
[GenerateSerializer, Alias("annotate.statement-command.v1")]
public abstract record StatementCommand : Command, ICommandOn<StatementState, DateTimeOffset>
{
    public Decision Decide(StatementState state, DateTimeOffset known) =>
        !state.Exists && this is not DescribeStatement ? Problem.NotFound : Decide(state);

    /// <summary>Decides it on a statement that is there, unless it is this command that makes it.</summary>
    protected abstract Decision Decide(StatementState state);
}
