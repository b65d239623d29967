using System.Reflection;
using Annotate.Deciding;

namespace Annotate.Calls;

/// <summary>A kind of thing that takes commands: where it is found, and the doors of all commands that are its own.</summary>
/// <param name="Name">Under which the description of the API lists it.</param>
/// <param name="Path">Of one of its kind, ids in braces.</param>
/// <param name="Key">Key of the grain that a call is about; null when there is none that the sender may see.</param>
/// <param name="RunAsync">Sends a command to the grain that has that key.</param>
public sealed record Noun(string Name, string Path, Func<Call, string?> Key, Func<IGrainFactory, string, Command, Task<Answer>> RunAsync)
{
    /// <summary>What may be given in the query of each of its doors.</summary>
    public IReadOnlyList<(string Name, Type Type)> Query { get; init; } = [];

    /// <summary>Whether the thing is there at all, asked when the command is known; null when it is.</summary>
    public Func<Call, Task<Problem?>> CheckAsync { get; init; } = static _ => Task.FromResult<Problem?>(null);

    /// <summary>In the order of their addresses.</summary>
    public required IReadOnlyList<CommandDoor> Doors { get; init; }

    /// <summary>The doors of all commands of that kind that have one: whoever adds a command adds no line here.</summary>
    public static IReadOnlyList<CommandDoor> DoorsOf<TCommand>() where TCommand : Command =>
    [
        .. typeof(TCommand).Assembly.GetTypes()
            .Where(type => !type.IsAbstract && type.IsAssignableTo(typeof(TCommand)) && type.IsAssignableTo(typeof(IHasDoor)))
            .Select(type => (CommandDoor)type.GetProperty(nameof(IHasDoor.Door), BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!)
            .OrderBy(door => door.Path, StringComparer.Ordinal).ThenBy(door => door.Verb, StringComparer.Ordinal),
    ];
}
