using Annotate.Instruments;
using Annotate.Server.Access;
using Annotate.Server.Http;
using Annotate.Server.Instruments;
using Annotate.Statements;

namespace Annotate.Server.Statements;

public sealed record StatementBody(string? Title, string? Destination, string? Instrument, string? Draft);

/// <param name="Citations">eIds of provisions of the statement's instrument.</param>
/// <param name="After">The section that it follows; missing adds it at the end and leaves one that is there where it is.</param>
public sealed record SectionBody(string? Title, IReadOnlyList<string>? Citations, string? After);

/// <param name="After">The section that it shall follow; null to make it the first.</param>
public sealed record MoveBody(string? After);

/// <summary>The statement that a request is about, and who asks.</summary>
sealed record StatementRoute(string Coalition, string Statement, Standing Who, IGrainFactory Grains, HttpContext Context)
{
    public IStatementGrain Grain => Grains.GetGrain<IStatementGrain>(new StatementKey(Coalition, Statement).ToString());

    public async Task<IResult> RunAsync(StatementCommand command, string id) => Replies.Of(Context, await Grain.RunAsync(command), id);
}

static class StatementRoutes
{
    public static void MapStatements(this IEndpointRouteBuilder routes)
    {
        var statement = routes.MapGroup("/api/coalitions/{coalition}/statements/{statement}").WithCheckedAddress().WithTags("Statements");
        statement.MapPut("", DescribeAsync).Requires(Right.Draft)
            .WithSummary("Begins a statement, or changes its title, destination or draft.").Produces<Done>();
        statement.MapGet("", ReadAsync).Requires(Right.Read).WithSummary("A statement's frame.").Produces<StatementView>();
        statement.MapPut("/sections/{section}", DescribeSectionAsync).Requires(Right.Draft)
            .WithSummary("Adds a section, or changes its title and citations.").Produces<Done>();
        statement.MapPost("/sections/{section}/move", MoveAsync).Requires(Right.Draft).WithSummary("Puts a section elsewhere.").Produces<Done>();
    }

    static async Task<IResult> ReadAsync([AsParameters] StatementRoute route) =>
        Replies.Of(route.Context, await route.Grain.ReadAsync(), view => view.Version);

    static async Task<IResult> DescribeAsync([AsParameters] StatementRoute route, StatementBody body, CommandHead head)
    {
        var (instrument, draft) = (body.Instrument ?? "", body.Draft ?? "");
        if (Slug.Check(instrument, "an instrument") is { } bad) return bad.Result();
        if (await route.Grains.CheckDraftAsync(instrument, draft) is { } problem) return problem.Result();
        var command = new DescribeStatement(body.Title ?? "", body.Destination ?? "", instrument, draft)
        {
            Id = head.Id,
            By = route.Who.By,
            IfVersion = head.IfVersion,
            Found = await FoundAsync(route, instrument, draft),
        };
        return await route.RunAsync(command, route.Statement);
    }

    // Of what the statement's sections cite.
    static async Task<string[]> FoundAsync(StatementRoute route, string instrument, string draft)
    {
        if (await route.Grain.ReadAsync() is not { } statement || (statement.Instrument == instrument && statement.Draft == draft)) return [];
        string[] cited = [.. statement.Sections.SelectMany(section => section.Citations).Distinct(StringComparer.Ordinal)];
        return cited.Length == 0 ? [] : await route.Grains.GetGrain<IInstrumentGrain>(instrument).FoundAsync(draft, cited);
    }

    static async Task<IResult> DescribeSectionAsync([AsParameters] StatementRoute route, string section, SectionBody body, CommandHead head)
    {
        var command = new DescribeSection(section, body.Title ?? "", [.. body.Citations ?? []], body.After)
        {
            Id = head.Id,
            By = route.Who.By,
            IfVersion = head.IfVersion,
        };
        return await route.RunAsync(await SoughtAsync(route, command), section);
    }

    // What is malformed, and what is missing, the decision refuses: it knows whether the command was carried out long ago.
    static async Task<DescribeSection> SoughtAsync(StatementRoute route, DescribeSection command)
    {
        var isWellFormed = command.Citations.Length is > 0 and <= Annotate.Limits.CitationsPerSectionMax && Array.TrueForAll(command.Citations, EId.IsValid);
        if (!isWellFormed || await route.Grain.ReadAsync() is not { } statement) return command;
        var found = await route.Grains.GetGrain<IInstrumentGrain>(statement.Instrument).FoundAsync(statement.Draft, command.Citations);
        return command with { SoughtIn = statement.Draft, Found = found };
    }

    static Task<IResult> MoveAsync([AsParameters] StatementRoute route, string section, MoveBody body, CommandHead head) =>
        route.RunAsync(new MoveSection(section, body.After) { Id = head.Id, By = route.Who.By, IfVersion = head.IfVersion }, section);
}
