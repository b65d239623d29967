using Annotate.Access;
using Annotate.Coalitions;
using Annotate.Deciding;
using Annotate.Feeds;
using Annotate.Instruments;
using Annotate.Positions;
using Annotate.Statements;
using Annotate.Threads;

namespace Annotate.Tests.Deciding;

/// <summary>One value of every stored type, with every member set to something that is not its default.</summary>
static class GoldenSamples
{
    static readonly DateTimeOffset Until = new(2026, 12, 31, 23, 0, 0, TimeSpan.Zero);
    static readonly Target Target = new("treaty", "l15", "art_40__para_4", new TextQuote("exact", "before", "after"), new TextPosition(3, 8));
    static readonly Provision Article = new("art_1", ProvisionKind.Article, "1", "Purpose", "Words.", [], "chp_I");

    // Those of which the first snapshots were made: the list is closed. What is added later stands below.
    static IEnumerable<Event> First =>
    [
        new CoalitionDescribed("Name", Policy.NoBlock),
        new PolicyChosen(Policy.NoBlock),
        new OrganisationNamed("rights-now", "Rights Now"),
        new PersonAdmitted("ana", "Ana", "rights-now", "A university", Role.Steward,
            [new MandateHeld(Mandate.Draft, null), new MandateHeld(Mandate.Endorse, Until)]),
        new PersonLeft("ana"),
        new MandateGranted("ana", Mandate.SignOff, Until),
        new MandateRevoked("ana", Mandate.SignOff),
        new Annotated(Commands.Id(1), Target, Motivation.Questioning, "Why?", ["rights", "scope"]),
        new Replied(Commands.Id(2), Commands.Id(1), "Because."),
        new AnnotationEdited(Commands.Id(1), "Why not?", ["scope"]),
        new AnnotationResolved(Commands.Id(1)),
        new AnnotationReopened(Commands.Id(1)),
        new AnnotationDeleted(Commands.Id(1)),
        new PositionTaken("rights-now", PositionKind.Oppose, true, "Reason"),
        new CoalitionPositionProposed(PositionKind.Amend, "Reason"),
        new ConsentGiven("rights-now", Consent.AgreeWithCaveat, "Caveat", 7),
        new StatementDescribed("Title", "Destination", "treaty", "l15"),
        new SectionAdded("intro", "Introduction", ["art_1", "art_2"], "before"),
        new SectionDescribed("intro", "Introduction", ["art_1"]),
        new SectionMoved("intro", "before"),
        new Edited([1, 1, 5, 0, 4, 1, 1, 116, 1, 97, 0]),
        new ActivityReceived("thread/c/coalition/treaty/art_40", 3, Until, "annotated", "subject", "summary", new SourceCount(1, 2)),
        new EnteredInCatalogue(Shelf.Coalitions, "c", "Name"),
        new DraftImported("Title", new Draft("l15", "L.15", "en", "digest", new DraftContent("Note", [], [Article]))),
        new TokenIssued(TokenKind.SignIn, "c", "ana", Until),
        new TokenSpent(),
        new TokenRevoked("hash", Until),
        new PersonTokensRevoked("c", "ana"),
    ];

    static IEnumerable<Event> Later =>
    [
        new TokenIssued(TokenKind.SignIn, "c", "ana", Until, 3),
        new TokenCounted("hash", Until, 3, "link"),
        new TokensUncounted("other"),
        new NothingChanged(),
    ];

    // Not in the snapshots: those were taken before it was there.
    static IEnumerable<Event> Latest =>
    [
        new TokenCounted("hash", Until, 3, null, IsInvitation: true),
        new TokenKeyChosen([1, 2, 254]),
        new TokenCounted("next", Until, 3, null, IsInvitation: true, MayHaveCome: true),
        new PersonInvited("ana", Until, ByOutsider: true),
        new PersonCame("ana", Commands.Id(4)),
        new TokensEnded("ana"),
        new TokenIssued(TokenKind.SignIn, "c", "ana", Until, 3, Commands.Id(4), ["parent", "grandparent"]),
        new TokenCounted("program", Until, 3, null, Kind: TokenKind.Bearer, Name: "A program", Parent: "hash"),
        new NoticesSeen(),
        new EveryTokenRevoked(),
        new OperatorKeysRevoked("hash"),
    ];

    // What an organisation has of its own.
    static IEnumerable<Event> Own =>
    [
        .. First,
        new MandateGranted("ana", Mandate.Administer, Until),
        new PersonCame("ana", null),
        new PersonAdmitted("ben", "Ben", "open-net", null, Role.Member, []),
        new PersonInvited("ben", Until, ByOutsider: true),
    ];

    // What was called something else before.
    static IEnumerable<Event> Renamed =>
    [
        .. Own,
        new OrganisationNamed("rights-now", "Rights Then"),
        new PersonAdmitted("ben", "Benjamin", "open-net", null, Role.Member, []),
    ];

    // Not in the snapshots that were taken of the latest.
    static IEnumerable<Event> OfProposals =>
    [
        Proposed,
        new CoalitionPositionAdopted(7, PositionKind.Amend, OutcomeReason.NobodyBlocked, new Tally(1, 2, 3, 4, 5)),
        new CoalitionPositionLapsed(7, PositionKind.Amend, OutcomeReason.VoicesMissing, new Tally(1, 2, 3, 4, 5)),
    ];

    static CoalitionPositionProposed Proposed =>
        new(PositionKind.Amend, "Reason", new ProposalTerms(Policy.NoBlock, ["open-net", "rights-now"], Until));

    // One that lapsed after one that was adopted, which stands.
    static IEnumerable<Event> Settled =>
    [
        Proposed,
        new ConsentGiven("rights-now", Consent.AgreeWithCaveat, "Caveat", 1),
        new CoalitionPositionAdopted(1, PositionKind.Amend, OutcomeReason.NobodyBlocked, new Tally(1, 2, 3, 4, 5)),
        new CoalitionPositionProposed(PositionKind.Delete, "Other reason", new ProposalTerms(Policy.Unanimity, ["open-net"], Until)),
        new ConsentGiven("open-net", Consent.Block, "Why", 4),
        new CoalitionPositionLapsed(4, PositionKind.Delete, OutcomeReason.Blocked, new Tally(1, 2, 3, 4, 5)),
    ];

    public static IEnumerable<Event> Events => First.Concat(Later).Concat(Latest).Concat(OfProposals);

    /// <summary>The entries: each event by Ana, those of commands that changed nothing in the one that was made for them.</summary>
    public static IEnumerable<Entry> Entries => Events.Select(happened => new Entry(
        Commands.Now, Commands.Ana, Commands.Id(1), 0xABCDEF, happened,
        happened is NothingChanged ? [new SettledCommand("ben", Commands.Id(2), 0xFEDCBA, 7)] : null));

    /// <summary>The snapshots: each state after the first of the events, or those named, by Ana, one a minute.</summary>
    public static IEnumerable<object> Snapshots =>
    [
        Snapshot<CoalitionState>(First), Snapshot<Annotate.Threads.ThreadState>(First), Snapshot<PositionState>(First),
        Snapshot<StatementState>(First), Snapshot<FeedState>(First), Snapshot<CatalogueState>(First), Snapshot<InstrumentState>(First),
        Snapshot<TokenState>(First), Snapshot<RevocationState>(First), Snapshot<SectionState>(First),
        Snapshot<CoalitionState>([.. First, new PersonLeft("ana"), new PersonAdmitted("ana", "Ana", null, null, Role.Member, [])], all: true),
        Snapshot<TokenState>(Later), Snapshot<PersonTokensState>(Later), Snapshot<CoalitionState>(Own), Snapshot<PersonTokensState>([.. Later, .. Latest.Where(happened => happened is not NoticesSeen)]),
        Snapshot<TokenState>(Latest), Snapshot<RevocationState>([.. First, .. Latest]), Snapshot<TokenKeyState>([new TokenKeyChosen([1, 2, 254])]),
        Snapshot<PositionState>(Settled), Snapshot<CoalitionState>(Renamed),
    ];

    static Kept<TState> Snapshot<TState>(IEnumerable<Event> events, bool all = false) where TState : class, IState, new()
    {
        var kept = new Kept<TState>();
        var version = 0;
        foreach (var happened in events.Where(happened => all || happened is not (AnnotationDeleted or PersonLeft)))
        {
            kept.State.Apply(++version, Commands.Entry(version, Commands.Ana, happened));
            kept.Commands.Remember("ana", Commands.Id(version), 0xABCDEF, version);
        }

        return kept;
    }
}
