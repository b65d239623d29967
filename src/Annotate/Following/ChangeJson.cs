using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Annotate.Deciding;

namespace Annotate.Following;

/// <summary>An entry as clients get it: what happened in one kebab-case word, and the event's own members as JSON.</summary>
public static class ChangeJson
{
    static readonly ConcurrentDictionary<Type, string> Kinds = [];

    /// <summary>The event's name in kebab-case: <c>annotated</c>, <c>position-taken</c>.</summary>
    public static string KindOf(Event happened) => Kinds.GetOrAdd(happened.GetType(), static type => ToKebab(type.Name));

    /// <summary>The members of the entry's event, as a JSON object.</summary>
    public static string DataOf(Entry entry) => JsonSerializer.Serialize(entry.Event, entry.Event.GetType(), Json.Options);

    static string ToKebab(string name)
    {
        var words = new StringBuilder(name.Length + 4);
        foreach (var c in name)
        {
            if (char.IsAsciiLetterUpper(c) && words.Length > 0) words.Append('-');
            words.Append(char.ToLowerInvariant(c));
        }

        return words.ToString();
    }
}
