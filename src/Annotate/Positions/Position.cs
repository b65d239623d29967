using Annotate.Coalitions;
using Annotate.Deciding;

namespace Annotate.Positions;

/// <summary>What is wanted of a provision. Stored by number: never renumber.</summary>
public enum PositionKind
{
    NoPosition = 0,
    Support = 1,
    Amend = 2,
    Delete = 3,
    Oppose = 4,
}

/// <summary>What an organisation says to the coalition's position. Stored by number: never renumber.</summary>
public enum Consent
{
    Agree = 0,
    AgreeWithCaveat = 1,

    /// <summary>Not ours, but we do not stand in the way.</summary>
    StandAside = 2,

    /// <summary>Not in our name.</summary>
    Block = 3,
}

/// <summary>An organisation's own position.</summary>
/// <param name="RedLine">Whether the organisation would leave the statement over it.</param>
/// <param name="Reason">May be empty.</param>
[GenerateSerializer, Immutable, Alias("annotate.organisation-position.v1")]
public sealed record OrganisationPosition(
    [property: Id(0)] string Organisation,
    [property: Id(1)] PositionKind Kind,
    [property: Id(2)] bool RedLine,
    [property: Id(3)] string Reason,
    [property: Id(4)] By By,
    [property: Id(5)] DateTimeOffset At);

/// <summary>A position of the coalition, as it was proposed.</summary>
/// <param name="Version">Of the entry that proposed it: consents name it.</param>
/// <param name="Terms">Null when it was proposed before proposals had any: it cannot be adopted.</param>
/// <param name="Outcome">Null while it is open.</param>
[GenerateSerializer, Immutable, OmitDefaultMemberValues, Alias("annotate.coalition-position.v1")]
public sealed record CoalitionPosition(
    [property: Id(0)] PositionKind Kind,
    [property: Id(1)] string Reason,
    [property: Id(2)] By ProposedBy,
    [property: Id(3)] DateTimeOffset At,
    [property: Id(4)] long Version,
    [property: Id(5)] ProposalTerms? Terms = null,
    [property: Id(6)] Outcome? Outcome = null);

/// <summary>By what a proposal is decided, as it was when it was made.</summary>
/// <param name="Voices">The organisations that are asked, in the order of their ids.</param>
/// <param name="ClosesAt">UTC. It is adopted earlier when all of them agree.</param>
[GenerateSerializer, Immutable, Alias("annotate.proposal-terms.v1")]
public sealed record ProposalTerms(
    [property: Id(0)] Policy Policy, [property: Id(1)] string[] Voices, [property: Id(2)] DateTimeOffset ClosesAt);

/// <summary>What became of a proposal.</summary>
[GenerateSerializer, Immutable, Alias("annotate.proposal-outcome.v1")]
public sealed record Outcome(
    [property: Id(0)] bool IsAdopted,
    [property: Id(1)] OutcomeReason Reason,
    [property: Id(2)] Tally Tally,
    [property: Id(3)] DateTimeOffset At);

/// <summary>What an organisation said to the proposal that stands now.</summary>
/// <param name="Caveat">What it agrees under, or why it blocks or stands aside; empty when it just agrees.</param>
[GenerateSerializer, Immutable, Alias("annotate.consent-held.v1")]
public sealed record ConsentHeld(
    [property: Id(0)] string Organisation,
    [property: Id(1)] Consent Consent,
    [property: Id(2)] string Caveat,
    [property: Id(3)] By By,
    [property: Id(4)] DateTimeOffset At);
