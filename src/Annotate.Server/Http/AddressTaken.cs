using System.Globalization;

namespace Annotate.Server.Http;

/// <summary>What a door takes in its address, as metadata of its endpoint: the handler has no parameter for each.</summary>
/// <param name="Path">Of the door, the noun's included; empty where the handler has its parameters.</param>
/// <param name="Query">Name and type of what may be given in the query.</param>
sealed record AddressTaken(string Path, IReadOnlyList<(string Name, Type Type)> Query)
{
    /// <exception cref="RequestRefusedException">Something in the query is none of its type.</exception>
    public IEnumerable<(string Name, object Value)> Read(IQueryCollection query)
    {
        foreach (var (name, type) in Query)
            if (query.TryGetValue(name, out var text))
                yield return (name, ReadOne(type, text.ToString()) ?? throw new RequestRefusedException(RequestWords.Unreadable(name, type)));
    }

    // Enumerations by the words of JSON, and never by number.
    static object? ReadOne(Type type, string text) =>
        type.IsEnum ? Array.Find([.. Enum.GetValues(type).Cast<object>()], each => RequestWords.Word(each) == text)
        : type == typeof(DateTimeOffset)
            ? DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null
        : type == typeof(long) ? long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null
        : type == typeof(bool) ? bool.TryParse(text, out var isIt) ? isIt : null
        : throw new NotSupportedException($"Doors take no {type} in the query.");
}

/// <summary>Queries of reads: what is taken is declared, and read by its name.</summary>
static class TakenQuery
{
    public static TBuilder Takes<TBuilder>(this TBuilder endpoints, params (string Name, Type Type)[] query) where TBuilder : IEndpointConventionBuilder =>
        endpoints.WithMetadata(new AddressTaken("", query));

    /// <returns>Null where it is not given.</returns>
    /// <exception cref="RequestRefusedException">It is none of that type.</exception>
    public static T? Taken<T>(this HttpContext context, string name) where T : struct =>
        context.GetEndpoint()?.Metadata.GetMetadata<AddressTaken>()?.Read(context.Request.Query).FirstOrDefault(each => each.Name == name).Value as T?;
}
