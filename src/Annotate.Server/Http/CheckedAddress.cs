using System.Collections.Frozen;
using System.Reflection;
using Annotate.Instruments;

namespace Annotate.Server.Http;

/// <summary>Checks the address of a request before anything is made of it.</summary>
static class CheckedAddress
{
    static readonly string[] Slugs = ["coalition", "organisation", "person", "instrument", "draft", "statement", "section"];

    /// <summary>The ids in the route become parts of grains' keys, so they are checked; in the query, what nobody reads is refused.</summary>
    public static TBuilder WithCheckedAddress<TBuilder>(this TBuilder endpoints) where TBuilder : IEndpointConventionBuilder
    {
        endpoints.Finally(static endpoint => endpoint.Metadata.Add(KnownQuery.Of(endpoint.Metadata)));
        return endpoints;
    }

    public static async Task RefuseAsync(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<KnownQuery>() is { } known
            && (CheckIds(context.Request.RouteValues) ?? CheckQuery(context.Request.Query, known)) is { } problem)
            await Problems.WriteAsync(context, problem);
        else await next(context);
    }

    static Problem? CheckIds(RouteValueDictionary values)
    {
        foreach (var name in Slugs)
            if (values.TryGetValue(name, out var value) && Slug.Check(value as string, name) is { } problem) return problem;
        return values.TryGetValue("eId", out var eId) ? EId.Check(eId as string, "A provision") : null;
    }

    static Problem? CheckQuery(IQueryCollection query, KnownQuery known)
    {
        foreach (var name in query.Keys)
            if (!known.Names.Contains(name)) return Problem.Invalid($"There is no {name} in the query here.");
        return null;
    }

    sealed record KnownQuery(FrozenSet<string> Names)
    {
        public static KnownQuery Of(IList<object> metadata) => new(
            RequestWords.ParametersOf(metadata.OfType<MethodInfo>().FirstOrDefault())
                .Concat(metadata.OfType<AddressTaken>().SelectMany(taken => taken.Query))
                .Select(parameter => parameter.Name).ToFrozenSet(StringComparer.OrdinalIgnoreCase));
    }
}
