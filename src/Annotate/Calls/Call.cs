using System.Globalization;
using Annotate.Deciding;

namespace Annotate.Calls;

/// <summary>A request for a command, as it came through a door that has checked who sends it.</summary>
/// <param name="Id">Of the command.</param>
/// <param name="By">Who sends it.</param>
/// <param name="IfVersion">The version that they last saw.</param>
/// <param name="May">Whether they have another right than the one that the door asks for.</param>
/// <param name="Given">What stands in the address, and what was given in the query: each as the type that the door says.</param>
/// <param name="Grains">To look up what the command points at, before it is decided.</param>
public sealed record Call(
    Guid Id, By By, long? IfVersion, Func<Right, bool> May, IReadOnlyDictionary<string, object?> Given, IGrainFactory Grains)
{
    /// <summary>A part of the address that is an id.</summary>
    public string this[string name] => (string)Given[name]!;

    /// <summary>A part of the address that is the id of an annotation, or of whatever else has one of that shape.</summary>
    public Guid Guid(string name) => System.Guid.Parse(this[name], CultureInfo.InvariantCulture);

    /// <summary>What was given in the query; null when it was not.</summary>
    public T? Query<T>(string name) where T : struct => (T?)Given.GetValueOrDefault(name);
}

/// <summary>What a call comes to before anything is decided: a command, or why there is none.</summary>
/// <param name="About">Id of what the command makes or changes, for the answer.</param>
public readonly record struct Asked(Command? Command, string About, Problem? Problem)
{
    /// <summary>Key of the grain, where it is another one than the noun finds by the address.</summary>
    public string? Key { get; init; }

    public static Asked For(Command command, string about) => new(command, about, null);

    public static Asked For(Command command, Guid about) => new(command, about.ToString("D"), null);

    public static Asked FromProblem(Problem problem) => new(null, "", problem);

    public static implicit operator Asked(Problem problem) => FromProblem(problem);
}
