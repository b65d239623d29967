using Annotate.Coalitions;
using Annotate.Server.Http;

namespace Annotate.Server.Access;

/// <summary>Who the caller is, as the server sees them.</summary>
/// <param name="Coalition">Null for the operator.</param>
/// <param name="Role">Null for the operator.</param>
/// <param name="Mandates">Those held now.</param>
public sealed record Me(
    string? Coalition, string Person, string Name, string? Organisation, Role? Role, IReadOnlyList<Mandate> Mandates, bool Operator)
{
    internal static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/me", (Standing who, TimeProvider clock) => Of(who, clock.GetUtcNow()))
            .WithCheckedAddress().Requires(Right.SignedIn).WithSummary("Who the token speaks for, and what they may do.").WithTags("Access");

    static Me Of(Standing who, DateTimeOffset now) => who.Person is { } person
        ? new(who.Coalition, person.Id, person.Name, person.Organisation, person.Role,
            [.. person.Mandates.Where(held => person.Has(held.Mandate, now)).Select(held => held.Mandate)], false)
        : new(null, who.By.Person, "Operator", null, null, [], true);
}
