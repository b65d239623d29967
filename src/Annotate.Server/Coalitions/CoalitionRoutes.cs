using Annotate.Coalitions;
using Annotate.Instruments;
using Annotate.Server.Access;
using Annotate.Server.Http;

namespace Annotate.Server.Coalitions;

public sealed record CoalitionBody(string? Name, Policy? Policy);

public sealed record PolicyBody(Policy? Policy);

public sealed record OrganisationBody(string? Name);

/// <param name="Mandates">All that the person holds from now on.</param>
public sealed record PersonBody(
    string? Name, string? Organisation, string? Affiliation, Role? Role, IReadOnlyList<MandateBody?>? Mandates);

/// <param name="Until">From then on it is held no more; missing or null while nobody revokes it.</param>
public sealed record MandateBody(Mandate? Mandate, DateTimeOffset? Until);

/// <param name="Coalitions">In the order of their ids.</param>
public sealed record CoalitionsAnswer(IReadOnlyList<CatalogueName> Coalitions);

static class CoalitionRoutes
{
    public static void MapCoalitions(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/coalitions", ListAsync).WithCheckedAddress().Requires(Right.SignedIn).WithTags("Coalitions")
            .WithSummary("The coalitions the caller is in; all of them for the operator.").Produces<CoalitionsAnswer>();
        var coalition = routes.MapGroup("/api/coalitions/{coalition}").WithCheckedAddress().WithTags("Coalitions");
        coalition.MapPut("", DescribeAsync).Requires(Right.Operator).WithSummary("Founds a coalition, or changes its name and policy.").Produces<Done>();
        coalition.MapGet("", ReadAsync).Requires(Right.Read).WithSummary("A coalition's organisations and people.").Produces<CoalitionView>();
        coalition.MapPatch("", ChooseAsync).Requires(Right.Steward).WithSummary("Changes the policy.").Produces<Done>();
        coalition.MapPut("/organisations/{organisation}", NameAsync).Requires(Right.Administer)
            .WithSummary("Brings an organisation in, or changes its name.").Produces<Done>();
        coalition.MapGet("/people", PeopleAsync).Requires(Right.Read)
            .WithSummary("The people of an organisation, or of none, whether they have come, and what the caller may do about them.")
            .WithDescription("It is what the commands themselves would answer now: with the reason where they would refuse.").Produces<PeopleView>();
        coalition.MapPut("/people/{person}", AdmitAsync).Requires(Right.Administer)
            .WithSummary("Admits a person, or says anew who they are and what they may do.").Produces<Done>();
        coalition.MapDelete("/people/{person}", RemoveAsync).Requires(Right.Administer)
            .WithSummary("Ends a person's belonging to the coalition.").Produces<Done>();
        coalition.MapPut("/people/{person}/mandates/{mandate}", GrantAsync).Requires(Right.Administer)
            .WithSummary("Gives a person a mandate, perhaps until a time.").Produces<Done>();
        coalition.MapDelete("/people/{person}/mandates/{mandate}", RevokeAsync).Requires(Right.Administer)
            .WithSummary("Takes a mandate back, at once.").Produces<Done>();
    }

    static async Task<IResult> ListAsync(Standing who, IGrainFactory grains)
    {
        if (who.IsOperator)
        {
            var all = await grains.GetGrain<ICatalogueGrain>(CatalogueGrain.Only).ReadAsync(Shelf.Coalitions);
            return TypedResults.Ok(new CoalitionsAnswer(all.Names));
        }

        var own = await grains.GetGrain<ICoalitionGrain>(who.Coalition!).ReadAsync();
        return TypedResults.Ok(new CoalitionsAnswer(own is null ? [] : [new CatalogueName(own.Id, own.Name)]));
    }

    static async Task<IResult> DescribeAsync(
        string coalition, CoalitionBody body, CommandHead head, Standing who, IGrainFactory grains, HttpContext context)
    {
        var command = new DescribeCoalition(body.Name ?? "", body.Policy ?? Policy.Unanimity)
        {
            Id = head.Id,
            By = who.By,
            IfVersion = head.IfVersion,
        };
        var answer = await grains.GetGrain<ICoalitionGrain>(coalition).RunAsync(command);
        if (answer.Problem is not null) return Replies.Of(context, answer, coalition);
        // After the founding: a name in the catalogue without a coalition could not be told from one whose founding is under way.
        var entered = await grains.GetGrain<ICatalogueGrain>(CatalogueGrain.Only).EnterAsync(
            new EnterInCatalogue { Id = head.Id, By = who.By, Shelf = Shelf.Coalitions, Entry = coalition, Name = command.Name });
        return Replies.Of(context, entered.Problem is null ? answer : entered, coalition);
    }

    static async Task<IResult> ReadAsync(string coalition, IGrainFactory grains, HttpContext context) =>
        Replies.Of(context, await grains.GetGrain<ICoalitionGrain>(coalition).ReadAsync(), view => view.Version);

    // Without an ETag: it changes with time, and with the tokens of people, where the coalition's version stays.
    static async Task<IResult> PeopleAsync(string coalition, string? organisation, Standing who, IGrainFactory grains) =>
        await grains.GetGrain<ICoalitionGrain>(coalition).PeopleAsync(who.By, organisation) is { } people ? TypedResults.Ok(people) : Problem.NotFound.Result();

    static Task<IResult> ChooseAsync(string coalition, PolicyBody body, CommandHead head, Standing who, IGrainFactory grains, HttpContext context) =>
        body.Policy is { } policy
            ? RunAsync(context, grains, coalition, new ChoosePolicy(policy) { Id = head.Id, By = who.By, IfVersion = head.IfVersion }, coalition)
            : Refuse(Problem.Invalid("Say which policy."));

    static Task<IResult> NameAsync(
        string coalition, string organisation, OrganisationBody body, CommandHead head, Standing who, IGrainFactory grains, HttpContext context) =>
        RunAsync(context, grains, coalition,
            new NameOrganisation(organisation, body.Name ?? "") { Id = head.Id, By = who.By, IfVersion = head.IfVersion }, organisation);

    static Task<IResult> AdmitAsync(
        string coalition, string person, PersonBody body, CommandHead head, Standing who, IGrainFactory grains, HttpContext context)
    {
        var mandates = new List<MandateHeld>();
        foreach (var wanted in body.Mandates ?? [])
        {
            if (wanted?.Mandate is not { } mandate) return Refuse(Problem.Invalid($"mandates[{mandates.Count}] does not say which mandate."));
            mandates.Add(new MandateHeld(mandate, wanted.Until?.ToUniversalTime()));
        }

        var command = new AdmitPerson(person, body.Name ?? "", body.Organisation, body.Affiliation, body.Role ?? Role.Member, [.. mandates])
        {
            Id = head.Id,
            By = who.By,
            IfVersion = head.IfVersion,
        };
        return RunAsync(context, grains, coalition, command, person);
    }

    static Task<IResult> RemoveAsync(
        string coalition, string person, CommandHead head, Standing who, IGrainFactory grains, HttpContext context) =>
        RunAsync(context, grains, coalition, new RemovePerson(person) { Id = head.Id, By = who.By, IfVersion = head.IfVersion }, person);

    static Task<IResult> GrantAsync(
        string coalition, string person, string mandate, DateTimeOffset? until, CommandHead head, Standing who, IGrainFactory grains,
        HttpContext context) =>
        TryMandate(mandate, out var which)
            ? RunAsync(context, grains, coalition,
                new GrantMandate(person, which, until?.ToUniversalTime()) { Id = head.Id, By = who.By, IfVersion = head.IfVersion }, person)
            : Refuse(Problem.NotFound);

    static Task<IResult> RevokeAsync(
        string coalition, string person, string mandate, CommandHead head, Standing who, IGrainFactory grains, HttpContext context) =>
        TryMandate(mandate, out var which)
            ? RunAsync(context, grains, coalition, new RevokeMandate(person, which) { Id = head.Id, By = who.By, IfVersion = head.IfVersion }, person)
            : Refuse(Problem.NotFound);

    static Task<IResult> Refuse(Problem problem) => Task.FromResult<IResult>(problem.Result());

    // The words as JSON has them, so that neither numbers nor other spellings pass.
    static bool TryMandate(string word, out Mandate mandate)
    {
        mandate = Array.Find(Enum.GetValues<Mandate>(), each => Json.Word(each) == word);
        return Json.Word(mandate) == word;
    }

    static async Task<IResult> RunAsync(HttpContext context, IGrainFactory grains, string coalition, CoalitionCommand command, string id) =>
        Replies.Of(context, await grains.GetGrain<ICoalitionGrain>(coalition).RunAsync(command), id);
}
