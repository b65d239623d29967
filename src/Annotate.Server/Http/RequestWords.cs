using System.Collections;
using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Metadata;

namespace Annotate.Server.Http;

/// <summary>A request cannot be taken as it is, for a reason that its reader knows best.</summary>
sealed class RequestRefusedException(Problem problem) : Exception(problem.Detail)
{
    public Problem Problem => problem;
}

/// <summary>What is wrong with a request that could not be bound, in our words: which member, and what is expected there.</summary>
static class RequestWords
{
    /// <summary>For a body that is JSON of another shape, or none.</summary>
    public static string OfBody(JsonException json, Endpoint? endpoint)
    {
        // The reader's own exception stands inside: then it is no JSON at all.
        if (json.InnerException is JsonException) return $"The body is no JSON: it cannot be read on from line {json.LineNumber + 1}, byte {json.BytePositionInLine + 1}.";
        var path = json.Path is { Length: > 2 } found ? found[2..] : "";
        var body = endpoint?.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType;
        var (isKnown, type) = Walk(body, path);
        return !isKnown ? $"There is no member {path} here."
            : $"{(path.Length == 0 ? "The body" : path)} is {(type is null ? "something else" : Expected(type))}.";
    }

    /// <summary>For everything else that the framework could not bind.</summary>
    public static string OfRequest(Endpoint? endpoint)
    {
        return endpoint?.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType is { } body
            ? $"The body is {Expected(body)}."
            : "Something in the request is missing or malformed.";
    }

    /// <summary>For a value in the query that is none of that type.</summary>
    public static Problem Unreadable(string name, Type type) => Problem.Invalid($"{name} is {Expected(type)}.");

    /// <summary>A member of an enumeration, as it stands in JSON.</summary>
    public static string Word(object member) => JsonNamingPolicy.CamelCase.ConvertName(member.ToString()!);

    /// <summary>What a handler can be given in the query: parameters, and members of parameters, that are made of one text.</summary>
    public static IEnumerable<(string Name, Type Type)> ParametersOf(MethodInfo? handler) =>
        from parameter in handler?.GetParameters() ?? []
        from each in parameter.IsDefined(typeof(AsParametersAttribute)) ? parameter.ParameterType.GetConstructors()[0].GetParameters() : [parameter]
        let type = Nullable.GetUnderlyingType(each.ParameterType) ?? each.ParameterType
        where type == typeof(string) || type.GetMethods(BindingFlags.Public | BindingFlags.Static).Any(method => method.Name == "TryParse")
        select (each.Name!, type);

    static string Expected(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type.IsEnum ? "one of " + string.Join(", ", Enum.GetNames(type).Select(JsonNamingPolicy.CamelCase.ConvertName))
            : type == typeof(string) ? "a text"
            : type == typeof(bool) ? "true or false"
            : type == typeof(int) || type == typeof(long) ? "a whole number"
            : type == typeof(double) ? "a number"
            : type == typeof(DateTimeOffset) ? "a time, such as 2026-03-01T12:00:00Z"
            : ElementOf(type) is not null ? "a list"
            : "a JSON object";
    }

    /// <summary>The type of the member at a path such as <c>mandates[0].until</c>; the type is null where it is not known.</summary>
    static (bool IsKnown, Type? Type) Walk(Type? type, string path)
    {
        foreach (var step in path.Split(['.', '['], StringSplitOptions.RemoveEmptyEntries))
        {
            if (type is null) return (true, null);
            if (step.EndsWith(']')) type = ElementOf(type);
            else if (type.GetProperty(step, BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase) is { } member) type = member.PropertyType;
            else return (false, null);
        }

        return (true, type);
    }

    static Type? ElementOf(Type type) =>
        type == typeof(string) || !typeof(IEnumerable).IsAssignableFrom(type) ? null : type.GetElementType() ?? type.GetGenericArguments().FirstOrDefault();
}
