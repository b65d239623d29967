using System.Text;
using MessagePack;

namespace Annotate.Client;

/// <summary>What the server calls on a client of <c>/live</c>.</summary>
public interface ILiveClient
{
    /// <summary>What happened on a topic, in order, without a gap after what the client was given before.</summary>
    Task Changed(string topic, IReadOnlyList<LiveChange> changes);

    /// <summary>The whole state, because the client missed more than is kept for it. Same JSON as the topic's HTTP GET.</summary>
    Task Reset(string topic, long version, string state);

    /// <summary>A Yjs update that brings the text to <paramref name="version"/>.</summary>
    Task Text(string text, long version, byte[] update);

    /// <summary>A y-protocols awareness update.</summary>
    Task Aware(string text, byte[] awareness);

    /// <summary>What a text says became so: changes to be applied in order, which may be none.</summary>
    Task PlainText(string text, long version, IReadOnlyList<PlainChange> changes);

    /// <summary>All that a text says, because the client missed more than is kept for it.</summary>
    Task PlainTextReset(string text, long version, string plain);

    /// <summary>The topic or text is followed no longer: the right to it went. Of a plain text "plain/" and its id. The problem as JSON.</summary>
    Task Gone(string topic, string problem);
}

/// <param name="Version">Counts up by one.</param>
/// <param name="Kind">Names the event: "annotated", "position-taken".</param>
/// <param name="Data">The event's members, as JSON.</param>
[MessagePackObject]
public sealed record LiveChange(
    [property: Key("version")] long Version,
    [property: Key("at")] string At,
    [property: Key("by")] LiveBy By,
    [property: Key("kind")] string Kind,
    [property: Key("data")] string Data);

/// <summary>Who did something.</summary>
/// <param name="Person">The person's id.</param>
/// <param name="Organisation">The organisation they acted for; null for those of none.</param>
[MessagePackObject]
public sealed record LiveBy([property: Key("person")] string Person, [property: Key("organisation")] string? Organisation);

/// <param name="Version">Of the state, or the version from which changes will come.</param>
/// <param name="State">The state as JSON when it was asked for (since -1), or when the version named lies too far back.</param>
[MessagePackObject]
public sealed record Followed([property: Key("version")] long Version, [property: Key("state")] string? State);

/// <param name="Update">What the client lacks, as one Yjs update.</param>
/// <param name="StateVector">What the server holds; the client sends what it lacks.</param>
[MessagePackObject]
public sealed record OpenedText(
    [property: Key("version")] long Version,
    [property: Key("update")] byte[] Update,
    [property: Key("stateVector")] byte[] StateVector);

/// <param name="Text">What it says: the same as its HTTP GET …/plain.</param>
[MessagePackObject]
public sealed record OpenedPlainText([property: Key("version")] long Version, [property: Key("text")] string Text);

/// <summary>A change of a plain text; never divides a surrogate pair.</summary>
/// <param name="At">Where, in UTF-16 units of the text as the changes before this one have made it.</param>
/// <param name="Delete">How many units go there.</param>
/// <param name="Insert">What comes there.</param>
[MessagePackObject]
public sealed record PlainChange([property: Key("at")] int At, [property: Key("delete")] int Delete, [property: Key("insert")] string Insert)
{
    /// <summary>Applies changes in order.</summary>
    /// <exception cref="ArgumentOutOfRangeException">They are not of this text.</exception>
    public static string Apply(string text, IReadOnlyList<PlainChange> changes)
    {
        if (changes.Count == 0) return text;
        var changed = new StringBuilder(text);
        foreach (var change in changes) changed.Remove(change.At, change.Delete).Insert(change.At, change.Insert);
        return changed.ToString();
    }
}

/// <param name="Status">durable, held, missing or refused.</param>
/// <param name="StateVector">What the server holds, when something is missing.</param>
/// <param name="Problem">When refused.</param>
[MessagePackObject]
public sealed record EditAnswer(
    [property: Key("status")] string Status,
    [property: Key("version")] long Version,
    [property: Key("stateVector")] byte[]? StateVector,
    [property: Key("problem")] LiveProblem? Problem);

/// <summary>Why something was refused, as it goes over the hub.</summary>
[MessagePackObject]
public sealed record LiveProblem(
    [property: Key("code")] string Code,
    [property: Key("status")] int Status,
    [property: Key("title")] string Title,
    [property: Key("detail")] string? Detail);
