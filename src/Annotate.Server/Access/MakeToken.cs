using Annotate.Access;
using Annotate.Calls;
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
/// <param name="Name">By which its person knows it in their list; may be left out.</param>
public sealed record TokenRequest(TokenWanted Kind, double? Days, double? Minutes, string? Name = null);

/// <param name="Token">Shown this once; only its hash is kept.</param>
/// <param name="Link">The address to open; null for a bearer token.</param>
public sealed record TokenAnswer(string Token, string? Link, DateTimeOffset Expires);

/// <summary>Makes and revokes the tokens of people. Not repeatable by command id: the first answer holds a secret that nobody keeps.</summary>
static class MakeToken
{
    const int BearerDays = 30;
    const int SignInMinutes = 60;

    static readonly Problem TooDeep = Problem.TooLarge(
        $"A token made with a token made with a token ... goes {Annotate.Limits.TokenLineageMax} deep at most; make one in a signed-in browser.");

    static readonly Problem NotTheirs =
        new("own-tokens-only", 403, "A token for a program is made by the person themself, or by the operator; for others, administrators make sign-in links.");

    public static void Map(IEndpointRouteBuilder routes)
    {
        var tokens = routes.MapGroup("/api/coalitions/{coalition}/people/{person}/tokens").WithCheckedAddress().WithTags("Access");
        tokens.MapPost("", MakeAsync).Requires(Right.Read)
            .WithSummary("Makes a token for oneself: for a program, or a link that signs a browser in once. For people of their organisation, its administrators make links.")
            .WithDescription("A link for somebody else ends the one made before, and the coalition sees who made it and that it was used. Who has come before gets one when "
                + "they have nothing left to come in with. A steward makes one for somebody of another organisation as long as nobody of it has come. "
                + "What is made with a program's token, a link and its session too, lives no longer than that token, and ends with it.")
            .Produces<TokenAnswer>(StatusCodes.Status201Created);
        tokens.MapDelete("", RevokeAsync).Requires(Right.Read)
            .WithSummary("Ends every token and link of a person, on open connections too: one's own, or by an administrator of their organisation.");
    }

    static async Task<IResult> MakeAsync(
        string coalition, string person, TokenRequest wanted, Standing who, Doors doors, Tokens tokens, IGrainFactory grains, OwnOrigin origin, HttpRequest request)
    {
        var life = LifeOf(wanted);
        if ((CheckLife(wanted.Kind, life) ?? CheckName(wanted.Name)) is { } invalid) return invalid.Result();
        if (await doors.PersonAsync(coalition, person) is not { } found) return Problem.NotFound.Result();
        var isOwn = !who.IsOperator && found.Id == who.By.Person;
        if (!isOwn && !who.IsOperator && wanted.Kind == TokenWanted.Bearer) return NotTheirs.Result();
        var order = new TokenOrder(wanted.Kind == TokenWanted.SignIn ? TokenKind.SignIn : TokenKind.Bearer, coalition, found.Id, found.Stay, life, wanted.Name);
        if (isOwn)
        {
            // A token that lives for a moment must not make one that outlives it: it, and all that is made with it, ends with it.
            order = order.MadeWith(who.Principal);
            if (order.Lineage.Count > Annotate.Limits.TokenLineageMax) return TooDeep.Result();
        }
        else
        {
            var (invitation, refused) = await AnnounceAsync(order, who, grains.GetGrain<ICoalitionGrain>(coalition), tokens);
            if (refused is not null) return refused.Result();
            order = order with { Invitation = invitation, MayHaveCome = who.IsOperator || who.Person?.Organisation is { } own && own == found.Organisation };
        }

        var (made, problem) = await tokens.IssueAsync(order, who.By);
        if (made is null) return problem!.Result();
        // What ended all of the caller's tokens since the door was passed ended those made before it: not this one.
        if (isOwn && await doors.RenewedAsync(who.Principal, coalition) is null)
        {
            await tokens.RevokeAsync(made, who);
            return Problem.SignInNeeded.Result();
        }

        var link = order.Kind == TokenKind.SignIn ? SignIn.LinkOf(origin.Of(request), made.Token) : null;
        request.HttpContext.Response.Headers.CacheControl = "no-store";
        return TypedResults.Created((string?)null, new TokenAnswer(made.Token, link, made.Expires));
    }

    /// <summary>Tells the coalition first: it decides whether the sender may, and nobody gets a link of which it has not heard.</summary>
    static async Task<(Guid? Invitation, Problem? Refused)> AnnounceAsync(TokenOrder order, Standing who, ICoalitionGrain coalition, Tokens tokens)
    {
        var id = tokens.NewId();
        if (order.Kind == TokenKind.Bearer)
            return (null, (await coalition.RunAsync(new Come(order.Person, null) { Id = id, By = who.By })).Problem);
        return (id, (await coalition.RunAsync(new InvitePerson(order.Person, tokens.ExpiryOf(order)) { Id = id, By = who.By })).Problem);
    }

    static async Task<IResult> RevokeAsync(string coalition, string person, Standing who, Tokens tokens, IGrainFactory grains)
    {
        if (who.IsOperator || person != who.By.Person)
        {
            var told = await grains.GetGrain<ICoalitionGrain>(coalition).RunAsync(new EndTokens(person) { Id = tokens.NewId(), By = who.By });
            if (told.Problem is { } refused) return refused.Result();
        }

        await tokens.RevokeAllAsync(coalition, person, who.By);
        return TypedResults.NoContent();
    }

    static Problem? CheckName(string? name) => name is null ? null : Words.CheckLine(name, "The name of the token", Limits.TokenNameCharactersMax);

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
