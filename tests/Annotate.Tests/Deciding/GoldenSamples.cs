using Annotate.Access;
using Annotate.Coalitions;
using Annotate.Deciding;
using Annotate.Feeds;
using Annotate.Grains;
using Annotate.Instruments;
using Annotate.Positions;
using Annotate.Statements;
using Annotate.Threads;

namespace Annotate.Tests.Deciding;

/// <summary>One value of every stored type, with every member set to something that is not its default.</summary>
static class GoldenSamples
{
    static readonly DateTimeOffset Until = new(2026, 12, 31, 23, 0, 0, TimeSpan.Zero);

    /// <summary>The types of all events.</summary>
    public static IReadOnlyList<Type> EventTypes { get; } =
        [.. typeof(Event).Assembly.GetTypes().Where(type => !type.IsAbstract && type.IsAssignableTo(typeof(Event))).OrderBy(type => type.Name, StringComparer.Ordinal)];

    /// <summary>The entries: each sample of each event by Ana, those of commands that changed nothing in the one that was made for them.</summary>
    public static IEnumerable<Entry> Entries => EventTypes.SelectMany(SamplesOf).Select(happened => new Entry(
        Commands.Now, Commands.Ana, Commands.Id(1), 0xABCDEF, happened,
        happened is NothingChanged ? [new SettledCommand("ben", Commands.Id(2), 0xFEDCBA, 7)] : null));

    // What the snapshots were made of: each of these lists is closed. A state that learns something new gets a list of its own.
    static IEnumerable<Event> First =>
    [
        Of<CoalitionDescribed>(), Of<PolicyChosen>(), Of<OrganisationNamed>(), Of<PersonAdmitted>(), Of<PersonLeft>(), Of<MandateGranted>(),
        Of<MandateRevoked>(), Of<Annotated>(), Of<Replied>(), Of<AnnotationEdited>(), Of<AnnotationResolved>(), Of<AnnotationReopened>(),
        Of<AnnotationDeleted>(), Of<PositionTaken>(), Of<CoalitionPositionProposed>(), Of<ConsentGiven>(), Of<StatementDescribed>(),
        Of<SectionAdded>(), Of<SectionDescribed>(), Of<SectionMoved>(), Of<Edited>(), Of<ActivityReceived>(), Of<EnteredInCatalogue>(),
        Of<DraftImported>(), Of<TokenIssued>(), Of<TokenSpent>(), Of<TokenRevoked>(), Of<PersonTokensRevoked>(),
    ];

    static IEnumerable<Event> Later => [Of<TokenIssued>(1), Of<TokenCounted>(), Of<TokensUncounted>(), Of<NothingChanged>()];

    static IEnumerable<Event> Latest =>
    [
        Of<TokenCounted>(1), Of<TokenKeyChosen>(), Of<TokenCounted>(2), Of<PersonInvited>(), Of<PersonCame>(), Of<TokensEnded>(),
        Of<TokenIssued>(2), Of<TokenCounted>(3), Of<NoticesSeen>(), Of<EveryTokenRevoked>(), Of<OperatorKeysRevoked>(),
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

    // Somebody used a link that another had made for them, and put its notice away.
    static IEnumerable<Event> Noticed =>
    [
        new TokenCounted("old", Until, 3, null, Kind: TokenKind.Bearer),
        new TokensUncounted("old"),
        new TokenCounted("link", Until, 3, null, IsInvitation: true, MayHaveCome: true, Kind: TokenKind.SignIn),
        new TokenCounted("session", Until, 3, "link", Kind: TokenKind.Session),
        new NoticesSeen("session"),
    ];

    // One that lapsed after one that was adopted, which stands.
    static IEnumerable<Event> Settled =>
    [
        Of<CoalitionPositionProposed>(1),
        new ConsentGiven("rights-now", Consent.AgreeWithCaveat, "Caveat", 1),
        new CoalitionPositionAdopted(1, PositionKind.Amend, OutcomeReason.NobodyBlocked, new Tally(1, 2, 3, 4, 5)),
        new CoalitionPositionProposed(PositionKind.Delete, "Other reason", new ProposalTerms(Policy.Unanimity, ["open-net"], Until)),
        new ConsentGiven("open-net", Consent.Block, "Why", 4),
        new CoalitionPositionLapsed(4, PositionKind.Delete, OutcomeReason.Blocked, new Tally(1, 2, 3, 4, 5)),
    ];

    /// <summary>The snapshots: each state after the first of the events, or those named, by Ana, one a minute.</summary>
    public static IEnumerable<object> Snapshots =>
    [
        Snapshot<CoalitionState>(First), Snapshot<Annotate.Threads.ThreadState>(First), Snapshot<PositionState>(First),
        Snapshot<StatementState>(First), Snapshot<FeedState>(First), Snapshot<CatalogueState>(First), Snapshot<InstrumentState>(First),
        Snapshot<TokenState>(First), Snapshot<RevocationState>(First), Snapshot<SectionState>(First),
        Snapshot<CoalitionState>([.. First, new PersonLeft("ana"), new PersonAdmitted("ana", "Ana", null, null, Role.Member, [])], all: true),
        Snapshot<TokenState>(Later), Snapshot<PersonTokensState>(Later), Snapshot<CoalitionState>(Own), Snapshot<PersonTokensState>([.. Later, .. Latest.Where(happened => happened is not NoticesSeen)]),
        Snapshot<TokenState>(Latest), Snapshot<RevocationState>([.. First, .. Latest]), Snapshot<TokenKeyState>([new TokenKeyChosen([1, 2, 254])]),
        Snapshot<PositionState>(Settled), Snapshot<CoalitionState>(Renamed), Snapshot<PersonTokensState>(Noticed),
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

    static Event Of<TEvent>(int sample = 0) where TEvent : IStoredEvent => TEvent.Samples[sample];

    static IReadOnlyList<Event> SamplesOf(Type type) => type.IsAssignableTo(typeof(IStoredEvent))
        ? (IReadOnlyList<Event>)type.GetProperty(nameof(IStoredEvent.Samples))!.GetValue(null)!
        : throw new InvalidOperationException($"{type} gives no samples of how it is stored (IStoredEvent).");
}
