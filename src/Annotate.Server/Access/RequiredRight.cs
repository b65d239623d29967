using Annotate.Calls;

namespace Annotate.Server.Access;

/// <summary>The right an endpoint asks for, as its metadata. An endpoint without it is refused to everybody.</summary>
public sealed record RequiredRight(Right Right);

public static class RequiredRights
{
    /// <summary>
    /// States what these endpoints ask of their caller. The coalition is the route value <c>coalition</c>, or the first part of the
    /// route value <c>text</c>; in routes with neither it is the caller's own.
    /// </summary>
    public static TBuilder Requires<TBuilder>(this TBuilder endpoints, Right right) where TBuilder : IEndpointConventionBuilder =>
        endpoints.WithMetadata(new RequiredRight(right));
}
