using Annotate.Access;
using Annotate.Coalitions;
using Annotate.Server.Http;

namespace Annotate.Server.Access;

/// <summary>What sort of token to make.</summary>
public enum TokenWanted
{
    /// <summary>For a program, sent as <c>Authorization: Bearer</c>.</summary>
    Bearer,

    /// <summary>For a person: a link that signs a browser in, once.</summary>
    SignIn,
}

/// <summary>A token to be made; without a life it lasts 30 days (bearer) or an hour (sign-in).</summary>
public sealed record TokenRequest(TokenWanted Kind, double? Days, double? Minutes);

/// <param name="Token">Shown this once; only its hash is kept.</param>
/// <param name="Link">The address to open; null for a bearer token.</param>
public sealed record TokenAnswer(string Token, string? Link, DateTimeOffset Expires);

/// <summary>Makes and revokes the tokens of people. Not repeatable by command id: the first answer holds a secret that nobody keeps.</summary>
static class MakeToken
{
    const int BearerDays = 30;
    const int SignInMinutes = 60;

    static readonly Problem OtherSteward =
        new("stewards-are-equals", 403, "A steward makes no tokens for another steward; the operator of this server can.");

    static readonly Problem NoSteward = new("stewards-only", 403, "Only the coalition's stewards may do this.");

    static readonly Problem NotTheirs =
        new("own-tokens-only", 403, "A token for a program is made by the person themself, or by the operator; a steward makes sign-in links.");

    public static void Map(IEndpointRouteBuilder routes)
    {
        var tokens = routes.MapGroup("/api/coalitions/{coalition}/people/{person}/tokens").WithCheckedAddress().WithTags("Access");
        tokens.MapPost("", MakeAsync).Requires(Right.Read)
            .WithSummary("Makes a token for oneself: for a program, or a link that signs a browser in once. A steward makes links for those who never signed in.")
            .Produces<TokenAnswer>(StatusCodes.Status201Created);
        tokens.MapDelete("", RevokeAsync).Requires(Right.Steward).WithSummary("Revokes every token of a person, on open connections too.");
    }

    static async Task<IResult> MakeAsync(
        string coalition, string person, TokenRequest wanted, Standing who, Doors doors, Tokens tokens, OwnOrigin origin, HttpRequest request)
    {
        var life = LifeOf(wanted);
        if (CheckLife(wanted.Kind, life) is { } invalid) return invalid.Result();
        var found = await doors.PersonAsync(coalition, person);
        if (CheckMaker(found, wanted.Kind, who) is { } refused) return refused.Result();
        var kind = wanted.Kind == TokenWanted.SignIn ? TokenKind.SignIn : TokenKind.Bearer;
        var isInvitation = !who.IsOperator && found!.Id != who.By.Person;
        var (made, problem) = await tokens.IssueAsync(kind, coalition, person, found!.Stay, life, who.By, isInvitation);
        if (made is null) return problem!.Result();
        var link = kind == TokenKind.SignIn ? SignIn.LinkOf(origin.Of(request), made.Token) : null;
        request.HttpContext.Response.Headers.CacheControl = "no-store";
        return TypedResults.Created((string?)null, new TokenAnswer(made.Token, link, made.Expires));
    }

    static async Task<IResult> RevokeAsync(string coalition, string person, Standing who, Doors doors, Tokens tokens)
    {
        if (Check(await doors.PersonAsync(coalition, person), who) is { } refused) return refused.Result();
        await tokens.RevokeAllAsync(coalition, person, who.By);
        return TypedResults.NoContent();
    }

    // What a token of another person opens, its maker can open, too: so a steward makes but links, and those only until the person has come.
    static Problem? CheckMaker(Person? person, TokenWanted kind, Standing who) =>
        person is null ? Problem.NotFound
        : who.IsOperator || person.Id == who.By.Person ? null
        : !who.May(Right.Steward) ? NoSteward
        : kind == TokenWanted.Bearer ? NotTheirs
        : Check(person, who);

    // Whoever can make or end another's tokens can act as them or lock them out, so between stewards only the operator may.
    static Problem? Check(Person? person, Standing who) =>
        person is null ? Problem.NotFound
        : person.Role == Role.Steward && !who.IsOperator && person.Id != who.By.Person ? OtherSteward
        : null;

    static TimeSpan LifeOf(TokenRequest wanted)
    {
        var minutes = (wanted.Days * 24 * 60) + (wanted.Minutes ?? 0) ?? wanted.Minutes;
        return TimeSpan.FromMinutes(Math.Clamp(minutes ?? (wanted.Kind == TokenWanted.SignIn ? SignInMinutes : BearerDays * 24 * 60), 0, 1e9));
    }

    static Problem? CheckLife(TokenWanted kind, TimeSpan life) => kind switch
    {
        _ when life < TimeSpan.FromSeconds(1) => Problem.Invalid("A token lasts a second at least."),
        TokenWanted.SignIn when life.TotalMinutes > Limits.SignInMinutesMax => Problem.Invalid($"A sign-in link lasts at most {Limits.SignInMinutesMax} minutes."),
        _ when life.TotalDays > Annotate.Limits.TokenDaysMax => Problem.Invalid($"A token lasts at most {Annotate.Limits.TokenDaysMax} days."),
        _ => null,
    };
}
