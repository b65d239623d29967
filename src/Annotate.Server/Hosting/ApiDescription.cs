using System.Globalization;
using System.Text.Json.Nodes;
using Annotate.Calls;
using Annotate.Server.Access;
using Annotate.Server.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.OpenApi;

namespace Annotate.Server.Hosting;

/// <summary>What the OpenAPI document says beyond the routes: how to send a token, what is asked of the caller, and the problems.</summary>
static class ApiDescription
{
    const string Scheme = "bearer";

    public static void Configure(OpenApiOptions options)
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "Annotate",
                Version = "v1",
                Description = "Organisations annotate a legal text, take positions on it, and write a joint statement. Problems are RFC 9457 "
                    + "with the member code. What a caller may not see answers like what does not exist. "
                    + $"A request that says whom it acts as ({ActingAs.Header}, with the member as of /api/me) is never answered as somebody else: identity-changed (409).",
            };
            // Here, wherever that is: the library would write down whatever Host the request came with.
            document.Servers = [new OpenApiServer { Url = "/" }];
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
            document.Components.SecuritySchemes[Scheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = Scheme };
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            if (context.Description.ActionDescriptor.EndpointMetadata.OfType<AddressTaken>().FirstOrDefault() is { } address) Describe(operation, address);
            var right = context.Description.ActionDescriptor.EndpointMetadata.OfType<RequiredRight>().LastOrDefault()?.Right ?? Right.Operator;
            Describe(operation, right, context.Document);
            return Task.CompletedTask;
        });
    }

    static void Describe(OpenApiOperation operation, Right right, OpenApiDocument? document)
    {
        operation.Responses ??= [];
        Add(operation.Responses, StatusCodes.Status400BadRequest, "The request is malformed.");
        if (right == Right.Anyone) return;
        operation.Description = string.Join(' ', new[] { operation.Description, $"Asks for the right {right}." }.OfType<string>());
        operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Scheme, document)] = [] }];
        Add(operation.Responses, StatusCodes.Status401Unauthorized, "There is no valid token.");
        Add(operation.Responses, StatusCodes.Status429TooManyRequests, "The token is wrong, and too many others that were came from this address; Retry-After says how long to wait.");
        if (right != Right.SignedIn) Add(operation.Responses, StatusCodes.Status403Forbidden, "The right is missing.");
        Add(operation.Responses, StatusCodes.Status503ServiceUnavailable, "Busy, or a part of the server is away; Retry-After says when to ask again.");
        Add(operation.Responses, StatusCodes.Status507InsufficientStorage, "The server has no room left; Retry-After says when to ask again.");
        Add(operation.Responses, StatusCodes.Status404NotFound, "There is nothing here, or nothing the caller may see.");
    }

    static void Describe(OpenApiOperation operation, AddressTaken address)
    {
        operation.Parameters ??= [];
        foreach (var part in RoutePatternFactory.Parse(address.Path).Parameters)
        {
            var isId = part.ParameterPolicies.Any(policy => policy.Content == "guid");
            operation.Parameters.Add(new OpenApiParameter { Name = part.Name, In = ParameterLocation.Path, Required = true, Schema = SchemaOf(isId ? typeof(Guid) : typeof(string)) });
        }

        foreach (var (name, type) in address.Query)
            operation.Parameters.Add(new OpenApiParameter { Name = name, In = ParameterLocation.Query, Schema = SchemaOf(type) });
    }

    static OpenApiSchema SchemaOf(Type type) =>
        type == typeof(Guid) ? new() { Type = JsonSchemaType.String, Format = "uuid" }
        : type == typeof(DateTimeOffset) ? new() { Type = JsonSchemaType.String, Format = "date-time" }
        : type == typeof(long) ? new() { Type = JsonSchemaType.Integer, Format = "int64" }
        : type == typeof(bool) ? new() { Type = JsonSchemaType.Boolean }
        : new() { Type = JsonSchemaType.String, Enum = type.IsEnum ? [.. Enum.GetValues(type).Cast<object>().Select(each => (JsonNode)RequestWords.Word(each))] : null };

    static void Add(OpenApiResponses responses, int status, string description)
    {
        var key = status.ToString(CultureInfo.InvariantCulture);
        if (responses.ContainsKey(key)) return;
        responses[key] = new OpenApiResponse
        {
            Description = description,
            Content = new Dictionary<string, OpenApiMediaType> { ["application/problem+json"] = new() },
        };
    }
}
