using System.Text.Json;
using Annotate.Calls;
using Annotate.Server.Access;
using Annotate.Server.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;

namespace Annotate.Server.Commands;

/// <summary>Makes routes of the doors that commands declare.</summary>
static class CommandDoors
{
    const string JsonType = "application/json";

    public static void MapCommands(this IEndpointRouteBuilder routes, Noun noun)
    {
        var group = routes.MapGroup(noun.Path).WithCheckedAddress().WithTags(noun.Name);
        foreach (var door in noun.Doors)
        {
            var address = new AddressTaken(noun.Path + door.Path, [.. noun.Query, .. door.Query]);
            RequestDelegate run = context => RunAsync(context, noun, door, address);
            // The description of the API has only what names its method.
            var mapped = group.MapMethods(door.Path, [door.Verb], run).WithMetadata(run.Method)
                .Requires(door.Right).WithSummary(door.Summary).WithMetadata(address, new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(Done), [JsonType]));
            if (door.Body is { } body) mapped.WithMetadata(new AcceptsMetadata([JsonType], body));
        }
    }

    static async Task RunAsync(HttpContext context, Noun noun, CommandDoor door, AddressTaken address) =>
        await (await AnswerAsync(context, noun, door, address)).ExecuteAsync(context);

    static async Task<IResult> AnswerAsync(HttpContext context, Noun noun, CommandDoor door, AddressTaken address)
    {
        var call = CallOf(context, address);
        var body = door.Body is { } type ? await BodyAsync(context, type) : null;
        var asked = await door.AskAsync(call, body);
        if (asked.Command is not { } command) return asked.Problem!.Result();
        if ((asked.Key ?? noun.Key(call)) is not { } key) return Problem.NotFound.Result();
        if (await noun.CheckAsync(call) is { } problem) return problem.Result();
        return Replies.Of(context, await noun.RunAsync(call.Grains, key, command with { IfVersion = call.IfVersion }), asked.About);
    }

    /// <exception cref="BadHttpRequestException">It is none of that type.</exception>
    static async Task<object> BodyAsync(HttpContext context, Type type)
    {
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody != true) throw new BadHttpRequestException("There is no body.");
        if (!context.Request.HasJsonContentType())
            throw new BadHttpRequestException("A body is application/json.", StatusCodes.Status415UnsupportedMediaType);
        try
        {
            return await context.Request.ReadFromJsonAsync(type, context.RequestAborted)
                ?? throw new BadHttpRequestException("The body is null.");
        }
        catch (JsonException json)
        {
            throw new BadHttpRequestException("The body cannot be read.", json);
        }
    }

    static Call CallOf(HttpContext context, AddressTaken address)
    {
        var head = CommandHead.Of(context);
        var who = context.Standing();
        var given = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in context.Request.RouteValues) given[name] = value;
        foreach (var (name, value) in address.Read(context.Request.Query)) given[name] = value;
        return new Call(head.Id, who.By, head.IfVersion, who.May, given, context.RequestServices.GetRequiredService<IGrainFactory>());
    }
}
