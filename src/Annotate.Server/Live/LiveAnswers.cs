using Annotate.Client;
using Annotate.Statements;

namespace Annotate.Server.Live;

/// <summary>What grains answer, as it goes over the hub.</summary>
static class LiveAnswers
{
    public static OpenedText Of(TextOpening opening) => new(opening.Version, opening.Update, opening.StateVector);

    public static EditAnswer Of(EditOutcome outcome) =>
        new(outcome.Status.ToString().ToLowerInvariant(), outcome.Version, outcome.StateVector, Of(outcome.Problem));

    static LiveProblem? Of(Problem? problem) =>
        problem is null ? null : new LiveProblem(problem.Code, problem.Status, problem.Title, problem.Detail);
}
