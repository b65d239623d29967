using System.Text.Json;
using Annotate.Instruments;

namespace Annotate.Server.Seeding;

/// <summary>Loads one coalition: first what it consists of, then what its people did, in the order of the dates, then its statements.</summary>
sealed class CoalitionSeeding(SeedApi api, string operatorToken, SeedPlan plan, TextWriter progress)
{
    readonly Dictionary<string, string> _tokens = [];
    readonly string _coalition = $"/api/coalitions/{plan.Seed.Id}";
    int _done;
    int _there;

    public async Task RunAsync(CancellationToken stop)
    {
        await LoadMembersAsync(stop);
        try
        {
            foreach (var act in plan.Acts) Count(await DoAsync(act, stop));
            foreach (var statement in plan.Statements) await LoadAsync(statement, stop);
        }
        finally
        {
            // Tokens made for a loading do not outlive it, not even one that was stopped.
            foreach (var token in _tokens.Values) await api.SendAsync(HttpMethod.Delete, token, "/api/tokens/current", null, null, CancellationToken.None);
        }

        await progress.WriteLineAsync($"coalition {plan.Seed.Id}: {_done} loaded, {_there} already there");
    }

    void Count(bool done)
    {
        if (done) _done++;
        else _there++;
    }

    async Task LoadMembersAsync(CancellationToken stop)
    {
        var seed = plan.Seed;
        var found = await api.FindAsync(operatorToken, _coalition, stop);
        if (found is null) await api.PutAsync(operatorToken, _coalition, new { seed.Name, seed.Policy }, null, stop);
        Count(found is null);

        var organisations = Ids(found, "organisations");
        foreach (var organisation in seed.Organisations)
        {
            var isNew = !organisations.Contains(organisation.Id);
            if (isNew) await api.PutAsync(operatorToken, $"{_coalition}/organisations/{organisation.Id}", new { organisation.Name }, null, stop);
            Count(isNew);
        }

        var people = Ids(found, "people");
        foreach (var person in seed.People)
        {
            var isNew = !people.Contains(person.Id);
            if (isNew) await AdmitAsync(person, stop);
            Count(isNew);
        }
    }

    Task AdmitAsync(SeedPerson person, CancellationToken stop) => api.PutAsync(
        operatorToken,
        $"{_coalition}/people/{person.Id}",
        new { person.Name, person.Organisation, person.Affiliation, person.Role, Mandates = person.Mandates.Select(mandate => new { Mandate = mandate, Until = (string?)null }) },
        null,
        stop);

    /// <returns>False when it was there already.</returns>
    Task<bool> DoAsync(SeedAct act, CancellationToken stop) => act switch
    {
        SeedAct.Annotate annotate => AnnotateAsync(annotate, stop),
        SeedAct.Reply reply => ReplyAsync(reply, stop),
        SeedAct.Resolve resolve => ResolveAsync(resolve, stop),
        SeedAct.TakePosition position => TakePositionAsync(position, stop),
        SeedAct.Propose propose => ProposeAsync(propose, stop),
        SeedAct.Consent consent => ConsentAsync(consent, stop),
        _ => throw new InvalidOperationException($"Nothing is known about {act.GetType().Name}."),
    };

    async Task<bool> AnnotateAsync(SeedAct.Annotate act, CancellationToken stop)
    {
        if (await AnnotationAsync(act, act.Id, stop) is not null) return false;
        var target = new
        {
            plan.Seed.Draft,
            act.EId,
            Quote = act.Quote is { } quote ? new { quote.Exact, quote.Prefix, quote.Suffix } : null,
            Position = act.Quote is { } position ? new { position.Start, position.End } : null,
        };
        var body = new { Tier = "coalition", Target = target, act.Seed.Motivation, act.Seed.Text, act.Seed.Tags };
        await api.PostAsync(await TokenAsync(act.By, stop), $"{Thread(act)}/annotations", body, act.Id, stop);
        return true;
    }

    async Task<bool> ReplyAsync(SeedAct.Reply act, CancellationToken stop)
    {
        if (await AnnotationAsync(act, act.Annotation, stop) is not { } annotation || Ids(annotation, "replies").Contains(act.Id.ToString("D"))) return false;
        await api.PostAsync(await TokenAsync(act.By, stop), $"{Thread(act)}/annotations/{act.Annotation:D}/replies", new { act.Seed.Text }, act.Id, stop);
        return true;
    }

    async Task<bool> ResolveAsync(SeedAct.Resolve act, CancellationToken stop)
    {
        if (await AnnotationAsync(act, act.Annotation, stop) is not { } annotation || annotation.GetProperty("resolved").GetBoolean()) return false;
        await api.PostAsync(await TokenAsync(act.By, stop), $"{Thread(act)}/annotations/{act.Annotation:D}/resolve", new { }, act.Id, stop);
        return true;
    }

    async Task<bool> TakePositionAsync(SeedAct.TakePosition act, CancellationToken stop)
    {
        var organisation = plan.Person(act.By).Organisation!;
        var found = await api.FindAsync(operatorToken, Positions(act), stop);
        if (Has(found, "positions", "organisation", organisation)) return false;
        var body = new { act.Seed.Kind, act.Seed.RedLine, act.Seed.Reason };
        await api.PutAsync(await TokenAsync(act.By, stop), $"{Positions(act)}/{organisation}", body, act.Id, stop);
        return true;
    }

    async Task<bool> ProposeAsync(SeedAct.Propose act, CancellationToken stop)
    {
        if (Proposal(await api.FindAsync(operatorToken, Positions(act), stop)) is not null) return false;
        await api.PutAsync(await TokenAsync(act.By, stop), $"{Provision(act)}/coalition-position", new { act.Seed.Kind, act.Seed.Reason }, act.Id, stop);
        return true;
    }

    // A consent is to one proposal: when people have put another in its place, the seed's consent says nothing about that.
    async Task<bool> ConsentAsync(SeedAct.Consent act, CancellationToken stop)
    {
        var organisation = plan.Person(act.By).Organisation!;
        var found = await api.FindAsync(operatorToken, Positions(act), stop);
        if (Proposal(found) is not { } proposal || proposal.GetProperty("reason").GetString() != act.To.Reason) return false;
        if (Has(found, "consents", "organisation", organisation)) return false;
        var body = new { act.Seed.Consent, act.Seed.Caveat, Proposal = proposal.GetProperty("version").GetInt64() };
        await api.PutAsync(await TokenAsync(act.By, stop), $"{Provision(act)}/consents/{organisation}", body, act.Id, stop);
        return true;
    }

    async Task LoadAsync(PlannedStatement statement, CancellationToken stop)
    {
        var path = $"{_coalition}/statements/{statement.Seed.Id}";
        var found = await api.FindAsync(operatorToken, path, stop);
        if (found is null)
            await api.PutAsync(await TokenAsync(statement.Seed.By, stop), path, new { statement.Seed.Title, statement.Seed.Destination, plan.Seed.Instrument, plan.Seed.Draft }, null, stop);
        Count(found is null);

        var sections = Ids(found, "sections");
        foreach (var section in statement.Sections)
        {
            var isNew = !sections.Contains(section.Seed.Id);
            if (isNew) await api.PutAsync(await TokenAsync(statement.Seed.By, stop), $"{path}/sections/{section.Seed.Id}", new { section.Seed.Title, section.Citations }, null, stop);
            Count(isNew);
            Count(await WriteAsync(statement, section, stop));
        }
    }

    // Only where nothing was ever written: a text that was loaded is its writers', and mixing it with other words of a seed that has been
    // edited since would garble both. The whole text is one update, so there is no half of it to be finished.
    async Task<bool> WriteAsync(PlannedStatement statement, PlannedSection section, CancellationToken stop)
    {
        var path = $"/api/texts/{plan.Seed.Id}.{statement.Seed.Id}.{section.Seed.Id}";
        if (!(await api.BytesAsync(operatorToken, path, stop)).AsSpan().SequenceEqual(TextSeed.Nothing)) return false;
        using var update = new ByteArrayContent(section.Update);
        update.Headers.ContentType = new("application/octet-stream");
        await api.SendAsync(HttpMethod.Post, await TokenAsync(section.By, stop), path + "/updates", update, null, stop);
        return true;
    }

    async Task<string> TokenAsync(string person, CancellationToken stop)
    {
        if (_tokens.TryGetValue(person, out var token)) return token;
        var made = await api.PostAsync(operatorToken, $"{_coalition}/people/{person}/tokens", new { Kind = "bearer", Days = 1 }, null, stop);
        return _tokens[person] = made.GetProperty("token").GetString()!;
    }

    async Task<JsonElement?> AnnotationAsync(SeedAct act, Guid id, CancellationToken stop)
    {
        if (await api.FindAsync(operatorToken, Thread(act), stop) is not { } thread) return null;
        foreach (var annotation in thread.GetProperty("annotations").EnumerateArray())
            if (annotation.GetProperty("id").GetString() == id.ToString("D")) return annotation;
        return null;
    }

    string Instrument => $"{_coalition}/instruments/{plan.Seed.Instrument}";

    string Thread(SeedAct act) => $"{Instrument}/articles/{EId.RootOf(act.EId)}/thread";

    string Provision(SeedAct act) => $"{Instrument}/provisions/{act.EId}";

    string Positions(SeedAct act) => $"{Provision(act)}/positions";

    static JsonElement? Proposal(JsonElement? positions) =>
        positions is { } found && found.GetProperty("coalition") is { ValueKind: JsonValueKind.Object } proposal ? proposal : null;

    static bool Has(JsonElement? found, string list, string member, string value) =>
        found is { } answer && answer.GetProperty(list).EnumerateArray().Any(item => item.GetProperty(member).GetString() == value);

    static HashSet<string> Ids(JsonElement? found, string list) =>
        found is { } answer ? [.. answer.GetProperty(list).EnumerateArray().Select(item => item.GetProperty("id").GetString()!)] : [];
}
