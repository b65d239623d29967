using Annotate.Calls;

namespace Annotate.Server.Http;

/// <summary>A tier in a query. Enumerations there are bound by the names that C# gives them; this takes the words of JSON.</summary>
public readonly record struct TierQuery(TierWanted Wanted)
{
    public static bool TryParse(string? text, out TierQuery query)
    {
        query = new(text == Json.Word(TierWanted.Organisation) ? TierWanted.Organisation : TierWanted.Coalition);
        return text == Json.Word(query.Wanted);
    }
}
