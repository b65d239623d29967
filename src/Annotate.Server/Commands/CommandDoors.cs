using System.Globalization;
using System.Reflection;
using Annotate.Calls;
using Annotate.Server.Access;
using Annotate.Server.Http;

namespace Annotate.Server.Commands;

/// <summary>Makes routes of the doors that commands declare.</summary>
static class CommandDoors
{
    static readonly MethodInfo MapOne = typeof(CommandDoors).GetMethod(nameof(MapWithBody), BindingFlags.NonPublic | BindingFlags.Static)!;

    public static void MapCommands(this IEndpointRouteBuilder routes, Noun noun)
    {
        var group = routes.MapGroup(noun.Path).WithCheckedAddress().WithTags(noun.Name);
        foreach (var door in noun.Doors)
        {
            var address = new AddressTaken(noun.Path + door.Path, [.. noun.Query, .. door.Query]);
            var mapped = door is CommandDoor.WithoutBody bare
                ? group.MapMethods(door.Path, [door.Verb], (HttpContext context, CommandHead head, Standing who, IGrainFactory grains) =>
                    RunAsync(context, noun, CallOf(context, address, head, who, grains), call => Task.FromResult(bare.Ask(call))))
                : (RouteHandlerBuilder)MapOne.MakeGenericMethod(door.Body!).Invoke(null, [group, noun, door, address])!;
            mapped.Requires(door.Right).WithSummary(door.Summary).WithMetadata(address).Produces<Done>();
        }
    }

    // The framework reads and describes the body, for which it wants its type in the handler.
    static RouteHandlerBuilder MapWithBody<TBody>(RouteGroupBuilder group, Noun noun, CommandDoor.WithBody<TBody> door, AddressTaken address) where TBody : class =>
        group.MapMethods(door.Path, [door.Verb], (HttpContext context, TBody body, CommandHead head, Standing who, IGrainFactory grains) =>
            RunAsync(context, noun, CallOf(context, address, head, who, grains), call => door.Ask(call, body)));

    static async Task<IResult> RunAsync(HttpContext context, Noun noun, Call call, Func<Call, Task<Asked>> ask)
    {
        var asked = await ask(call);
        if (asked.Command is not { } command) return asked.Problem!.Result();
        if ((asked.Key ?? noun.Key(call)) is not { } key) return Problem.NotFound.Result();
        if (await noun.CheckAsync(call) is { } problem) return problem.Result();
        return Replies.Of(context, await noun.RunAsync(call.Grains, key, command with { IfVersion = call.IfVersion }), asked.About);
    }

    static Call CallOf(HttpContext context, AddressTaken address, CommandHead head, Standing who, IGrainFactory grains)
    {
        var given = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in context.Request.RouteValues) given[name] = value;
        foreach (var (name, type) in address.Query)
            if (context.Request.Query.TryGetValue(name, out var text)) given[name] = Read(name, type, text.ToString());
        return new Call(head.Id, who.By, head.IfVersion, who.May, given, grains);
    }

    /// <exception cref="RequestRefusedException">It is none of that type.</exception>
    static object Read(string name, Type type, string text) => TryRead(type, text) ?? throw new RequestRefusedException(RequestWords.Unreadable(name, type));

    // Enumerations by the words of JSON, and never by number.
    static object? TryRead(Type type, string text) =>
        type.IsEnum ? Array.Find([.. Enum.GetValues(type).Cast<object>()], each => RequestWords.Word(each) == text)
        : type == typeof(DateTimeOffset)
            ? DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null
        : throw new NotSupportedException($"Doors take no {type} in the query.");
}
