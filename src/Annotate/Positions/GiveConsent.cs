using Annotate.Calls;
using Annotate.Deciding;

namespace Annotate.Positions;

/// <summary>Says what one's organisation says to the coalition's position.</summary>
/// <param name="Caveat">What it agrees under; needed for that, and welcome with a block or when standing aside.</param>
/// <param name="Proposal">Version of the proposal that the sender read.</param>
[GenerateSerializer, Alias("annotate.give-consent.v1")]
public sealed record GiveConsent(
    [property: Id(0)] string Organisation,
    [property: Id(1)] Consent Consent,
    [property: Id(2)] string Caveat,
    [property: Id(3)] long Proposal) : PositionCommand, IHasDoor
{
    public static CommandDoor Door { get; } = CommandDoor.Of<ConsentBody>(
        "PUT", "/consents/{organisation}", Right.Position, "Says what one's organisation says to the coalition's position.", Ask);

    static Asked Ask(Call call, ConsentBody body)
    {
        if (body is not { Consent: { } consent, Proposal: { } proposal })
            return Problem.Invalid("Say which consent, and to which version of the proposal.");
        var organisation = call["organisation"];
        return Asked.For(new GiveConsent(organisation, consent, body.Caveat ?? "", proposal) { Id = call.Id, By = call.By }, organisation);
    }

    static readonly Problem Closed = new("proposal-closed", 409, "This proposal is closed.");
    static readonly Problem NotAsked = new("not-asked", 409, "Your organisation was not asked.",
        "Nobody held its mandate to take positions when this was proposed. Propose it again, and it is asked.");

    public override Decision Decide(PositionState state, PositionMoment known)
    {
        var problem = CheckSpeaksFor(Organisation)
            ?? (Enum.IsDefined(Consent) ? null : Problem.Invalid("There is no such consent."))
            ?? Words.CheckOptional(Caveat, "The caveat", Limits.RemarkCharactersMax)
            ?? CheckCaveat()
            ?? (state.Proposal is null ? Problem.Conflict("Nothing has been proposed as the coalition's position.") : null)
            ?? (state.Proposal!.Version == Proposal ? null : Problem.VersionMismatch.With("Something else has been proposed since; read it first."));
        if (problem is not null) return problem;
        if (state.ConsentOf(Organisation) is { } given && given.Consent == Consent && given.Caveat == Caveat) return Decision.Unchanged;
        return CheckAsked(state.Proposal!, known.Now) is { } refusal ? refusal : new ConsentGiven(Organisation, Consent, Caveat, Proposal);
    }

    // Of a proposal without terms nobody knows whom it asked: answers are taken, and it cannot be adopted by them.
    Problem? CheckAsked(CoalitionPosition proposal, DateTimeOffset now) =>
        proposal.Outcome is { IsAdopted: true } ? Closed.With("It was adopted, and answers to it are no longer taken. Propose another position, or the same again, and everyone is asked.")
        : proposal.Outcome is not null || proposal.Terms?.ClosesAt <= now ? Closed.With("Answers to it are no longer taken. Propose it again, and everyone is asked.")
        : proposal.Terms is { } terms && !terms.Voices.Contains(Organisation) ? NotAsked
        : null;

    Problem? CheckCaveat() => Consent switch
    {
        Consent.AgreeWithCaveat when string.IsNullOrWhiteSpace(Caveat) => Problem.Invalid("Say what the caveat is."),
        Consent.Agree when Caveat.Length > 0 => Problem.Invalid("Agreeing with a caveat is a consent of its own."),
        _ => null,
    };
}

/// <param name="Proposal">Version of the proposal that the sender read.</param>
public sealed record ConsentBody(Consent? Consent, string? Caveat, long? Proposal);

/// <param name="Proposal">Version of the proposal it is about.</param>
[GenerateSerializer, Immutable, Alias("annotate.consent-given.v1")]
public sealed record ConsentGiven(
    [property: Id(0)] string Organisation,
    [property: Id(1)] Consent Consent,
    [property: Id(2)] string Caveat,
    [property: Id(3)] long Proposal) : Event, IEventOf<PositionState>
{
    public static IReadOnlyList<Event> Samples => [new ConsentGiven("rights-now", Consent.AgreeWithCaveat, "Caveat", 7)];

    public override Activity? ToActivity() => new(Organisation, Json.Word(Consent));

    public void ApplyTo(PositionState state, long version, Entry entry)
    {
        // A consent to a proposal that was replaced says nothing about the one that stands now, and one to a closed proposal comes too late: skipped.
        if (state.IsOpen(Proposal)) state.Take(new ConsentHeld(Organisation, Consent, Caveat, entry.By, entry.At));
    }
}
