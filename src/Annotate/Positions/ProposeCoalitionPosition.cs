using Annotate.Calls;
using Annotate.Coalitions;
using Annotate.Deciding;

namespace Annotate.Positions;

/// <summary>
/// Proposes what the coalition shall want of the provision. What was consented to before is void: it was for other words. What was adopted
/// before stands until something else is.
/// </summary>
/// <param name="ClosesAt">When it is decided by what was answered until then; null for <see cref="Limits.ProposalOpenDays"/> from now.</param>
[GenerateSerializer, Alias("annotate.propose-coalition-position.v1")]
public sealed record ProposeCoalitionPosition(
    [property: Id(0)] PositionKind Kind,
    [property: Id(1)] string Reason,
    [property: Id(2)] DateTimeOffset? ClosesAt = null) : PositionCommand, IHasDoor
{
    public static CommandDoor Door { get; } = CommandDoor.Of<ProposalBody>(
        "PUT", "/coalition-position", Right.Position,
        "Proposes the coalition's position, to everyone who may take positions now; consents to an earlier proposal are void.", Ask);

    static Asked Ask(Call call, ProposalBody body) => body.Kind is { } kind
        ? Asked.For(new ProposeCoalitionPosition(kind, body.Reason ?? "", body.ClosesAt) { Id = call.Id, By = call.By }, call["eId"])
        : Problem.Invalid("Say which position.");

    public override Decision Decide(PositionState state, PositionMoment known)
    {
        var problem = (Enum.IsDefined(Kind) ? null : Problem.Invalid("There is no such position."))
            ?? Words.CheckOptional(Reason, "The reason", Limits.RemarkCharactersMax)
            ?? CheckClosing(known.Now);
        if (problem is not null) return problem;
        return IsOpen(state.Proposal)
            ? Decision.Unchanged
            : new CoalitionPositionProposed(Kind, Reason, new ProposalTerms(
                known.Asked.Policy, [.. known.Asked.Organisations.Order(StringComparer.Ordinal)], ClosingFrom(known.Now)));
    }

    /// <summary>When it closes if it is proposed at that time, in UTC.</summary>
    public DateTimeOffset ClosingFrom(DateTimeOffset now) => (ClosesAt ?? now.AddDays(Limits.ProposalOpenDays)).ToUniversalTime();

    Problem? CheckClosing(DateTimeOffset now) =>
        ClosesAt is not { } at || (at >= now.AddHours(Limits.ProposalOpenHoursMin) && at <= now.AddDays(Limits.ProposalOpenDaysMax))
            ? null
            : Problem.Invalid($"A proposal is open for at least {Limits.ProposalOpenHoursMin} hours and at most {Limits.ProposalOpenDaysMax} days.");

    // The same again while it is open changes nothing. What has closed, or could never close, is a new question.
    bool IsOpen(CoalitionPosition? standing) =>
        standing is { Outcome: null, Terms: { } terms } && standing.Kind == Kind && standing.Reason == Reason
        && (ClosesAt is not { } at || at == terms.ClosesAt);
}

/// <param name="ClosesAt">When it is decided by what was answered until then; without it in <see cref="Limits.ProposalOpenDays"/> days.</param>
public sealed record ProposalBody(PositionKind? Kind, string? Reason, DateTimeOffset? ClosesAt);

/// <param name="Terms">Null in those that were recorded before proposals had any.</param>
[GenerateSerializer, Immutable, OmitDefaultMemberValues, Alias("annotate.coalition-position-proposed.v1")]
public sealed record CoalitionPositionProposed(
    [property: Id(0)] PositionKind Kind, [property: Id(1)] string Reason, [property: Id(2)] ProposalTerms? Terms = null)
    : Event, IEventOf<PositionState>
{
    public static IReadOnlyList<Event> Samples => [
        new CoalitionPositionProposed(PositionKind.Amend, "Reason"),
        new CoalitionPositionProposed(PositionKind.Amend, "Reason", new ProposalTerms(Policy.NoBlock, ["open-net", "rights-now"], Sample.Until)),
    ];

    public override Activity? ToActivity() => new("", Json.Word(Kind));

    public void ApplyTo(PositionState state, long version, Entry entry) =>
        state.Propose(new CoalitionPosition(Kind, Reason, entry.By, entry.At, version, Terms));
}
