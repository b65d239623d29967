using System.Text.Json;
using System.Text.Json.Serialization;

namespace Annotate;

/// <summary>How everything that leaves the server is written as JSON: camelCase names, enumerations as camelCase words, null where nothing is.</summary>
public static class Json
{
    public static readonly JsonSerializerOptions Options = Set(new JsonSerializerOptions(JsonSerializerDefaults.Web));

    /// <summary>A member of an enumeration, as it stands in JSON.</summary>
    public static string Word<T>(T value) where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    /// <summary>Makes other options write and read the same.</summary>
    public static JsonSerializerOptions Set(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
        return options;
    }
}
