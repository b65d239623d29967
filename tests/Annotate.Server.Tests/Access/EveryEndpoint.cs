using System.Net.Http.Headers;
using System.Text;
using Annotate.Calls;
using Annotate.Server.Access;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Annotate.Server.Tests.Access;

/// <summary>An endpoint of the real server, and how to ask it for something.</summary>
sealed record EveryEndpoint(string Method, string Pattern, Right Right, string? BodyType)
{
    static readonly Dictionary<string, string> Values = new()
    {
        ["organisation"] = "lantern",
        // Nobody of that name is there, so that what is let through changes nothing.
        ["person"] = "nobody",
        ["mandate"] = "annotate",
        ["instrument"] = "treaty",
        ["draft"] = "first",
        ["eId"] = "art_1",
        ["annotation"] = "0197f000-0000-7000-8000-000000000000",
        ["statement"] = "reply",
        ["section"] = "opening",
        ["token"] = "none",
        ["session"] = "none",
    };

    static readonly string[] Ending =
        ["DELETE /api/tokens/current", "POST /sign-out", "DELETE /api/me/tokens", "POST /api/operator/key", "DELETE /api/operator/tokens"];

    /// <summary>Whether it ends the token of whoever is let in.</summary>
    public bool EndsTheToken => Ending.Contains(Name);

    public string Name => $"{Method} {Pattern}";

    public bool NamesCoalition => Pattern.Contains("{coalition", StringComparison.Ordinal) || Pattern.Contains("{text", StringComparison.Ordinal);

    /// <summary>All that the server has, with the right each asks for as the server has it.</summary>
    public static IReadOnlyList<EveryEndpoint> Of(TestServerHost server) =>
        [.. server.Services.GetRequiredService<EndpointDataSource>().Endpoints.Cast<RouteEndpoint>().SelectMany(Of)];

    public async Task<HttpResponseMessage> AskAsync(HttpClient client, string coalition)
    {
        using var request = new HttpRequestMessage(new HttpMethod(Method), Path(coalition));
        if (Method is not ("GET" or "DELETE"))
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes("{}"));
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(BodyType ?? "application/json");
        }

        return await client.SendAsync(request);
    }

    string Path(string coalition)
    {
        var path = Pattern;
        foreach (var (name, value) in Values)
            path = path.Replace($"{{{name}}}", value).Replace($"{{{name}:guid}}", value);
        path = path.Replace("{coalition}", coalition).Replace("{text}", coalition + ".reply.opening");
        Assert.DoesNotContain("{", path);
        return "/" + path.TrimStart('/');
    }

    static IEnumerable<EveryEndpoint> Of(RouteEndpoint endpoint)
    {
        var pattern = "/" + endpoint.RoutePattern.RawText!.Trim('/');
        var right = endpoint.Metadata.GetMetadata<RequiredRight>();
        Assert.True(right is not null, $"{pattern} does not say what it asks for.");
        var body = endpoint.Metadata.GetMetadata<IAcceptsMetadata>()?.ContentTypes is [var first, ..] ? first : null;
        foreach (var method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? [pattern.EndsWith("/negotiate", StringComparison.Ordinal) ? "POST" : "GET"])
            yield return new EveryEndpoint(method, pattern, right.Right, body);
    }
}
