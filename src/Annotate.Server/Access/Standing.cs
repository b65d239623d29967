using System.Reflection;
using Annotate.Calls;
using Annotate.Coalitions;
using Annotate.Deciding;

namespace Annotate.Server.Access;

/// <summary>A caller in a coalition, at one moment: who acts, and what they may do there. Handlers take it as a parameter.</summary>
/// <param name="Principal">Whom the token speaks for.</param>
/// <param name="Coalition">The coalition the rights are in; null for the operator where no coalition is named.</param>
/// <param name="By">For commands: the person and the organisation they act for.</param>
/// <param name="Person">As the coalition has them; null for the operator.</param>
/// <param name="Rights">What they may do.</param>
public sealed record Standing(Principal Principal, string? Coalition, By By, Person? Person, RightSet Rights)
{
    public bool May(Right right) => Rights.Has(right);

    public bool IsOperator => Principal.IsOperator;

    /// <summary>Null for the operator.</summary>
    public Role? Role => Person?.Role;

    /// <summary>Gives handlers the standing that the door has checked; an endpoint open to anyone has none, and must not ask.</summary>
    public static ValueTask<Standing?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        ValueTask.FromResult<Standing?>(context.Standing());
}

public static class StandingOfRequest
{
    /// <summary>The standing that the door has checked for this request, or when this connection was opened.</summary>
    /// <exception cref="InvalidOperationException">The endpoint is open to anyone, so that nobody was looked for.</exception>
    public static Standing Standing(this HttpContext context) =>
        context.Features.Get<Standing>() ?? throw new InvalidOperationException("This endpoint is open to anyone: it has no caller to ask for.");
}
