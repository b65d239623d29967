using Annotate.Coalitions;
using Annotate.Deciding;

namespace Annotate.Positions;

/// <summary>Decides what becomes of the coalition's position, and when: once, by what the proposal recorded when it was made.</summary>
/// <remarks>
/// The voices are the organisations for which somebody held the mandate to take positions when it was proposed. They stay its voices
/// whatever becomes of those mandates: one for which nobody can answer any more counts as unheard, and one that came later is not asked.
/// Nothing is adopted while somebody blocks, nor before one organisation agrees, with or without a caveat: standing aside is not
/// agreeing. It is adopted as soon as every voice has answered so. When it closes, silence is enough where no block is the policy, and
/// under unanimity it lapses. A proposal of before these were recorded has neither voices nor an end: it stays open until it is made again.
/// </remarks>
public static class CloseProposal
{
    /// <summary>What happened to the proposal by that time; null while it is open, or when it was recorded already.</summary>
    public static Event? Due(PositionState state, DateTimeOffset now)
    {
        if (state.Proposal is not { Outcome: null, Terms: { } terms } proposal) return null;
        var tally = Tally.Of(state.Consents, terms.Voices);
        if (tally.IsAgreedByAll) return new CoalitionPositionAdopted(proposal.Version, proposal.Kind, OutcomeReason.EveryVoiceHeard, tally);
        if (now < terms.ClosesAt) return null;
        if (tally.Lapse(terms.Policy) is { } reason) return new CoalitionPositionLapsed(proposal.Version, proposal.Kind, reason, tally);
        return new CoalitionPositionAdopted(proposal.Version, proposal.Kind, OutcomeReason.NobodyBlocked, tally);
    }
}

/// <summary>Why a proposal was adopted, or lapsed. Stored by number: never renumber.</summary>
public enum OutcomeReason
{
    /// <summary>Adopted: everyone who was asked answered, at least one agrees, and nobody blocks.</summary>
    EveryVoiceHeard = 0,

    /// <summary>Adopted: when it closed at least one agreed and nobody blocked, which is enough where that is the policy.</summary>
    NobodyBlocked = 1,

    /// <summary>Lapsed: when it closed somebody blocked.</summary>
    Blocked = 2,

    /// <summary>Lapsed: when it closed nobody had agreed.</summary>
    NobodyAgreed = 3,

    /// <summary>Lapsed: when it closed not everyone had answered, and the policy asks for everyone.</summary>
    VoicesMissing = 4,
}

/// <summary>How many of the organisations that were asked said what.</summary>
[GenerateSerializer, Immutable, Alias("annotate.tally.v1")]
public sealed record Tally(
    [property: Id(0)] int Agreed,
    [property: Id(1)] int AgreedWithCaveat,
    [property: Id(2)] int StoodAside,
    [property: Id(3)] int Blocked,
    [property: Id(4)] int Unheard)
{
    internal bool IsAgreedByAll => Unheard == 0 && Lapse(Policy.Unanimity) is null;

    internal static Tally Of(IReadOnlyCollection<ConsentHeld> consents, IReadOnlyCollection<string> voices)
    {
        var asked = consents.Where(given => voices.Contains(given.Organisation)).ToArray();
        int Count(Consent consent) => asked.Count(given => given.Consent == consent);
        return new(Count(Consent.Agree), Count(Consent.AgreeWithCaveat), Count(Consent.StandAside), Count(Consent.Block), voices.Count - asked.Length);
    }

    /// <summary>Why it lapses when it closes now; null when it is adopted.</summary>
    internal OutcomeReason? Lapse(Policy policy) =>
        Blocked > 0 ? OutcomeReason.Blocked
        : Agreed + AgreedWithCaveat == 0 ? OutcomeReason.NobodyAgreed
        : Unheard > 0 && policy != Policy.NoBlock ? OutcomeReason.VoicesMissing
        : null;
}

/// <param name="Proposal">Version of the proposal that is the coalition's position from now on.</param>
[GenerateSerializer, Immutable, Alias("annotate.coalition-position-adopted.v1")]
public sealed record CoalitionPositionAdopted(
    [property: Id(0)] long Proposal,
    [property: Id(1)] PositionKind Kind,
    [property: Id(2)] OutcomeReason Reason,
    [property: Id(3)] Tally Tally) : Event, IEventOf<PositionState>
{
    public static IReadOnlyList<Event> Samples => [new CoalitionPositionAdopted(7, PositionKind.Amend, OutcomeReason.NobodyBlocked, new Tally(1, 2, 3, 4, 5))];

    public override Activity? ToActivity() => new(Json.Word(Reason), Json.Word(Kind));

    public void ApplyTo(PositionState state, long version, Entry entry)
    {
        // An outcome is decided once.
        if (state.IsOpen(Proposal)) state.Close(new Outcome(true, Reason, Tally, entry.At));
    }
}

/// <param name="Proposal">Version of the proposal that closed without being adopted.</param>
[GenerateSerializer, Immutable, Alias("annotate.coalition-position-lapsed.v1")]
public sealed record CoalitionPositionLapsed(
    [property: Id(0)] long Proposal,
    [property: Id(1)] PositionKind Kind,
    [property: Id(2)] OutcomeReason Reason,
    [property: Id(3)] Tally Tally) : Event, IEventOf<PositionState>
{
    public static IReadOnlyList<Event> Samples => [new CoalitionPositionLapsed(7, PositionKind.Amend, OutcomeReason.VoicesMissing, new Tally(1, 2, 3, 4, 5))];

    public override Activity? ToActivity() => new(Json.Word(Reason), Json.Word(Kind));

    public void ApplyTo(PositionState state, long version, Entry entry)
    {
        if (state.IsOpen(Proposal)) state.Close(new Outcome(false, Reason, Tally, entry.At));
    }
}
