using Annotate.Calls;
using Annotate.Server.Access;
using Annotate.Server.Http;
using Annotate.Statements;

namespace Annotate.Server.Live;

/// <summary><c>/yjs/{text}</c>: the door for stock Yjs clients.</summary>
static class YjsDoor
{
    public static IEndpointConventionBuilder MapYjs(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/yjs/{text}", ServeAsync).Requires(Right.Read).ExcludeFromDescription();

    static async Task ServeAsync(
        HttpContext context, string text, LiveConnections connections, LiveTexts texts, Quotas quotas, RefusedSockets refused)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            await Problems.WriteAsync(context, Problem.Invalid("This is a WebSocket: connect with a Yjs client."));
            return;
        }

        if (TextId.TryParse(text) is not { } id || !await texts.ExistsAsync(id))
        {
            await refused.WriteAsync(context, Problem.NotFound);
            return;
        }

        var quota = quotas.Of(context.Standing().Principal);
        if (!quota.TryConnect())
        {
            await refused.WriteAsync(context, QuotaProblems.TooManyConnections.Later(context));
            return;
        }

        try
        {
            await ServeTextAsync(context, id, connections, texts);
        }
        finally
        {
            quota.Disconnect();
        }
    }

    static async Task ServeTextAsync(HttpContext context, TextId id, LiveConnections connections, LiveTexts texts)
    {
        var live = await texts.OpenAsync(id);
        try
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync(CallerToken.ProtocolFor(context));
            await connections.ServeAsync(socket, live, context.Standing().Principal);
        }
        finally
        {
            texts.Close(live);
        }
    }
}
