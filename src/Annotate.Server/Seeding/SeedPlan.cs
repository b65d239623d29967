using Annotate.Instruments;

namespace Annotate.Server.Seeding;

/// <summary>Something that a person of a seed did.</summary>
/// <param name="Id">Of the command; an annotation or a reply gets it as its own.</param>
/// <param name="EId">The provision it is about.</param>
abstract record SeedAct(DateTimeOffset At, string By, Guid Id, string EId)
{
    public sealed record Annotate(SeedAct Act, SeedAnnotation Seed, SeedQuote? Quote) : SeedAct(Act);

    public sealed record Reply(SeedAct Act, Guid Annotation, SeedReply Seed) : SeedAct(Act);

    public sealed record Resolve(SeedAct Act, Guid Annotation) : SeedAct(Act);

    public sealed record TakePosition(SeedAct Act, SeedPosition Seed) : SeedAct(Act);

    public sealed record Propose(SeedAct Act, SeedProposal Seed) : SeedAct(Act);

    public sealed record Consent(SeedAct Act, SeedConsent Seed, SeedProposal To) : SeedAct(Act);

    /// <summary>Who, when and where, before it is known what.</summary>
    public sealed record Bare(DateTimeOffset At, string By, Guid Id, string EId) : SeedAct(At, By, Id, EId);

    protected SeedAct(SeedAct act)
    {
        (At, By, Id, EId) = (act.At, act.By, act.Id, act.EId);
    }
}

/// <summary>Words of a provision, with some around them, and where they are, in code points.</summary>
sealed record SeedQuote(string Exact, string Prefix, string Suffix, int Start, int End);

/// <param name="Update">The text, as a Yjs update.</param>
sealed record PlannedSection(SeedSection Seed, string By, IReadOnlyList<string> Citations, byte[] Update);

sealed record PlannedStatement(SeedStatement Seed, IReadOnlyList<PlannedSection> Sections);

/// <summary>A coalition's seed, checked before anything is sent, with its acts in the order of their dates.</summary>
sealed class SeedPlan
{
    readonly string _file;
    readonly DraftContent _draft;
    readonly Dictionary<string, SeedPerson> _people;
    readonly HashSet<(string By, DateTimeOffset At)> _dates = [];
    readonly List<SeedAct> _acts = [];

    public SeedPlan(string file, SeedFolder folder, IReadOnlyDictionary<(string Instrument, string Draft), DraftContent> drafts)
    {
        _file = file;
        Seed = folder.Coalition(file);
        if (!drafts.TryGetValue((Seed.Instrument, Seed.Draft), out var draft))
            throw Wrong("draft", $"{SeedFolder.ListName} has no draft {Seed.Draft} of {Seed.Instrument}");
        _draft = draft;
        _people = Unique(Seed.People, person => person.Id, "people");
        CheckOrganisations();
        PlanThreads();
        PlanPositions();
        Acts = [.. _acts.OrderBy(act => act.At)];
        Statements = [.. (Seed.Statements ?? []).Select((statement, index) => Plan(statement, $"statements[{index}]", folder))];
    }

    public SeedCoalition Seed { get; }

    public IReadOnlyList<SeedAct> Acts { get; }

    public IReadOnlyList<PlannedStatement> Statements { get; }

    public SeedPerson Person(string id) => _people[id];

    void CheckOrganisations()
    {
        var organisations = Unique(Seed.Organisations, organisation => organisation.Id, "organisations");
        for (var i = 0; i < Seed.People.Count; i++)
            if (Seed.People[i].Organisation is { } organisation && !organisations.ContainsKey(organisation))
                throw Wrong($"people[{i}]", $"there is no organisation {organisation}");
    }

    void PlanThreads()
    {
        for (var i = 0; i < (Seed.Annotations?.Count ?? 0); i++)
        {
            var annotation = Seed.Annotations![i];
            var item = $"annotations[{i}]";
            var provision = Provision(annotation.On, item);
            var act = Bare("annotate", annotation.At, annotation.By, provision.EId, item);
            _acts.Add(new SeedAct.Annotate(act, annotation, annotation.Quote is null ? null : Quote(provision, annotation.Quote, item)));
            for (var k = 0; k < (annotation.Replies?.Count ?? 0); k++)
            {
                var reply = annotation.Replies![k];
                _acts.Add(new SeedAct.Reply(Later(act, "reply", reply.At, reply.By, $"{item}.replies[{k}]"), act.Id, reply));
            }

            if (annotation.Resolved is { } resolved)
                _acts.Add(new SeedAct.Resolve(Later(act, "resolve", resolved.At, resolved.By, $"{item}.resolved"), act.Id));
        }
    }

    void PlanPositions()
    {
        for (var i = 0; i < (Seed.Positions?.Count ?? 0); i++)
        {
            var position = Seed.Positions![i];
            var item = $"positions[{i}]";
            var act = Bare("position", position.At, position.By, Provision(position.On, item).EId, item);
            if (Person(position.By).Organisation is null) throw Wrong(item, $"{position.By} belongs to no organisation, so there is none to take a position");
            _acts.Add(new SeedAct.TakePosition(act, position));
        }

        for (var i = 0; i < (Seed.CoalitionPositions?.Count ?? 0); i++) PlanProposal(Seed.CoalitionPositions![i], $"coalitionPositions[{i}]");
    }

    void PlanProposal(SeedProposal proposal, string item)
    {
        var act = Bare("propose", proposal.At, proposal.By, Provision(proposal.On, item).EId, item);
        _acts.Add(new SeedAct.Propose(act, proposal));
        for (var k = 0; k < (proposal.Consents?.Count ?? 0); k++)
        {
            var consent = proposal.Consents![k];
            var where = $"{item}.consents[{k}]";
            var later = Later(act, "consent", consent.At, consent.By, where);
            if (Person(consent.By).Organisation is null) throw Wrong(where, $"{consent.By} belongs to no organisation, so there is none to consent");
            _acts.Add(new SeedAct.Consent(later, consent, proposal));
        }
    }

    PlannedStatement Plan(SeedStatement statement, string item, SeedFolder folder)
    {
        CheckPerson(statement.By, item);
        Unique(statement.Sections, section => section.Id, $"{item}.sections");
        var sections = statement.Sections.Select((section, index) =>
        {
            var where = $"{item}.sections[{index}]";
            var by = section.By ?? statement.By;
            CheckPerson(by, where);
            var citations = section.Citations.Select(citation => Provision(citation, where).EId).ToList();
            var client = SeedIds.YjsClient($"{Seed.Id}.{statement.Id}.{section.Id}");
            return new PlannedSection(section, by, citations, TextSeed.FromMarkdown(folder.Text(section.Text), client));
        });
        return new PlannedStatement(statement, [.. sections]);
    }

    SeedAct.Bare Later(SeedAct first, string what, DateTimeOffset at, string by, string item) =>
        at > first.At ? Bare(what, at, by, first.EId, item) : throw Wrong(item, "it has to be later than what it is about");

    // The dates of one person differ, because a grain that remembers no more commands forgets those up to a date.
    SeedAct.Bare Bare(string what, DateTimeOffset at, string by, string eId, string item)
    {
        CheckPerson(by, item);
        if (!_dates.Add((by, at))) throw Wrong(item, $"{by} already did something at {at:u}");
        return new SeedAct.Bare(at, by, SeedIds.Command(at, $"{_file}/{Seed.Id}/{by}/{what}"), eId);
    }

    void CheckPerson(string id, string item)
    {
        if (!_people.ContainsKey(id)) throw Wrong(item, $"there is no person {id}");
    }

    Provision Provision(string pinpoint, string item)
    {
        if (!Pinpoint.TryParse(pinpoint, out var eId)) throw Wrong(item, $"\"{pinpoint}\" is no pinpoint such as \"Art. 36(1)(b)\"");
        return _draft.Find(eId) ?? throw Wrong(item, $"{Seed.Draft} has no {pinpoint}");
    }

    SeedQuote Quote(Provision provision, string exact, string item)
    {
        var text = provision.Text;
        var at = text.IndexOf(exact, StringComparison.Ordinal);
        if (exact.Length == 0 || at < 0) throw Wrong(item, $"{provision.EId} does not say \"{exact}\"");
        var start = CodePoints.Count(text.AsSpan(0, at));
        var end = start + CodePoints.Count(exact);
        return new SeedQuote(exact, Around(text, start - AroundCodePoints, start), Around(text, end, end + AroundCodePoints), start, end);
    }

    // So many on each side are enough to tell the words from the same words elsewhere in one provision.
    const int AroundCodePoints = 32;

    static string Around(string text, int start, int end)
    {
        CodePoints.TrySlice(text, Math.Max(0, start), Math.Min(CodePoints.Count(text), end), out var slice);
        return slice;
    }

    Dictionary<string, T> Unique<T>(IReadOnlyList<T> items, Func<T, string> id, string what)
    {
        var known = new Dictionary<string, T>(StringComparer.Ordinal);
        for (var i = 0; i < items.Count; i++)
            if (!known.TryAdd(id(items[i]), items[i])) throw Wrong($"{what}[{i}]", $"the id {id(items[i])} is there twice");
        return known;
    }

    SeedFileException Wrong(string item, string reason) => new(_file, item, reason);
}
