using System.Collections.Frozen;
using Annotate.Instruments;

namespace Annotate.Server.Http;

/// <summary>Checks the address of a request before anything is made of it.</summary>
static class CheckedAddress
{
    static readonly string[] Slugs = ["coalition", "organisation", "person", "instrument", "draft", "statement", "section"];

    /// <summary>The ids in the route become parts of grains' keys, so they are checked; in the query, what nobody reads is refused.</summary>
    public static TBuilder WithCheckedAddress<TBuilder>(this TBuilder endpoints) where TBuilder : IEndpointConventionBuilder =>
        endpoints.AddEndpointFilterFactory(static (factory, next) =>
        {
            var known = RequestWords.ParametersOf(factory.MethodInfo).Select(parameter => parameter.Name).ToFrozenSet(StringComparer.OrdinalIgnoreCase);
            return context => (CheckIds(context.HttpContext.Request.RouteValues) ?? CheckQuery(context.HttpContext, known)) is { } problem
                ? ValueTask.FromResult<object?>(problem.Result())
                : next(context);
        });

    static Problem? CheckIds(RouteValueDictionary values)
    {
        foreach (var name in Slugs)
            if (values.TryGetValue(name, out var value) && Slug.Check(value as string, name) is { } problem) return problem;
        return values.TryGetValue("eId", out var eId) ? EId.Check(eId as string, "A provision") : null;
    }

    static Problem? CheckQuery(HttpContext context, FrozenSet<string> known)
    {
        var taken = context.GetEndpoint()?.Metadata.GetMetadata<AddressTaken>()?.Query ?? [];
        foreach (var name in context.Request.Query.Keys)
            if (!known.Contains(name) && !taken.Any(each => each.Name.Equals(name, StringComparison.OrdinalIgnoreCase))) return Problem.Invalid($"There is no {name} in the query here.");
        return null;
    }
}

/// <summary>What a door takes in its address, as metadata of its endpoint: the handler has no parameter for each.</summary>
/// <param name="Path">Of the door, the noun's included.</param>
sealed record AddressTaken(string Path, IReadOnlyList<(string Name, Type Type)> Query);
