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

    /// <summary>The topic or text is followed no longer: the right to it went. The problem as JSON.</summary>
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
