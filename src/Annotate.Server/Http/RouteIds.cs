using Annotate.Instruments;
using Annotate.Server.Access;

namespace Annotate.Server.Http;

/// <summary>Checks the ids in a route before anything is made of them: they become parts of grains' keys.</summary>
static class RouteIds
{
    static readonly string[] Slugs = ["coalition", "organisation", "person", "instrument", "draft", "statement", "section"];

    public static TBuilder WithCheckedIds<TBuilder>(this TBuilder endpoints) where TBuilder : IEndpointConventionBuilder =>
        endpoints.AddEndpointFilter(static (context, next) =>
            Check(context.HttpContext.Request.RouteValues) is { } problem ? ValueTask.FromResult<object?>(problem.Result()) : next(context));

    static Problem? Check(RouteValueDictionary values)
    {
        foreach (var name in Slugs)
            if (values.TryGetValue(name, out var value) && Slug.Check(value as string, name) is { } problem) return problem;
        return values.TryGetValue("eId", out var eId) ? EId.Check(eId as string, "A provision") : null;
    }
}
