using Annotate.Access;
using Annotate.Calls;
using Annotate.Coalitions;
using Annotate.Deciding;
using Annotate.Server.Http;

namespace Annotate.Server.Access;

/// <summary>Who the caller is, as the server sees them.</summary>
/// <param name="Coalition">Null for the operator.</param>
/// <param name="Role">Null for the operator.</param>
/// <param name="Mandates">Those held now.</param>
/// <param name="As">For the header Annotate-As, or "as" in the address of a socket: a request that names it is never answered as somebody else.</param>
/// <param name="Token">Id of the token that this request came with; its kind says whether that is a browser's session.</param>
/// <param name="Notices">What the person has not been told yet; POST /api/me/notices/seen when it was shown.</param>
public sealed record Me(
    string? Coalition, string Person, string Name, string? Organisation, Role? Role, IReadOnlyList<Mandate> Mandates, bool Operator,
    string As, string Token, TokenKind Kind, IReadOnlyList<Notice> Notices)
{
    internal static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/me", OfAsync)
            .WithCheckedAddress().Requires(Right.SignedIn).WithSummary("Who the token speaks for, and what they may do.").WithTags("Access").Produces<Me>();

    static async Task<IResult> OfAsync(Standing who, Tokens tokens, TimeProvider clock)
    {
        var (name, token, kind) = (ActingAs.NameOf(who.Principal), who.Principal.Token, who.Principal.Kind);
        if (who.Person is not { } person) return TypedResults.Ok(new Me(null, who.By.Person, "Operator", null, null, [], true, name, token, kind, []));
        var now = clock.GetUtcNow();
        var notices = (await tokens.ListAsync(who)).Notices;
        return TypedResults.Ok(new Me(
            who.Coalition, person.Id, person.Name, person.Organisation, person.Role,
            [.. person.Mandates.Where(held => person.Has(held.Mandate, now)).Select(held => held.Mandate)], false,
            name, token, kind, [.. notices.Select(notice => new Notice("link-made", notice.At, notice.By))]));
    }
}

/// <summary>Something a person is told at their next visit.</summary>
/// <param name="Kind"><c>link-made</c>: somebody else made a sign-in link for them although they had come before. Whoever used it came in as them.</param>
/// <param name="By">Who made it.</param>
public sealed record Notice(string Kind, DateTimeOffset At, By By);
