using System.Net;
using System.Net.Http.Json;
using Annotate.Coalitions;
using Annotate.Deciding;
using Annotate.Server.Access;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace Annotate.Server.Tests.Access;

public sealed class GrantsTests
{
    [Fact]
    public async Task Who_is_admitted_may_at_once_and_who_loses_a_mandate_may_no_more()
    {
        await using var server = await TestServerHost.StartAsync();
        await server.AdmitAsync("river", "ada", Role.Member, "lantern");
        using var ada = await server.PersonAsync("river", "ada");
        Assert.Equal(HttpStatusCode.Forbidden, await DraftAsync(ada));

        var grain = server.Grains.GetGrain<ICoalitionGrain>("river");
        for (var round = 0; round < 10; round++)
        {
            await grain.RunAsync(new GrantMandate("ada", Mandate.Draft, null) { Id = server.NewId(), By = By.Operator });
            Assert.NotEqual(HttpStatusCode.Forbidden, await DraftAsync(ada));
            await grain.RunAsync(new RevokeMandate("ada", Mandate.Draft) { Id = server.NewId(), By = By.Operator });
            await ForbiddenAsync(ada);
        }
    }

    [Fact]
    public async Task While_grants_cannot_be_confirmed_nothing_is_allowed_and_then_it_is_again()
    {
        var break_ = new Interruption();
        await using var server = await TestServerHost.StartAsync(configure: builder => builder.Services.AddSingleton<IIncomingGrainCallFilter>(break_));
        await server.AdmitAsync("river", "ada", Role.Member, "lantern");
        using var ada = await server.PersonAsync("river", "ada");
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(ada));

        break_.IsOn = true;
        var last = HttpStatusCode.OK;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (last == HttpStatusCode.OK && !patience.IsCancellationRequested) last = await StatusAsync(ada);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, last);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(ada));

        break_.IsOn = false;
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(ada));
    }

    [Fact]
    public async Task An_endpoint_that_asks_for_nothing_is_refused_to_everybody()
    {
        await using var server = await TestServerHost.StartAsync();
        foreach (var (environment, status) in new[] { (Environments.Production, 404), (Environments.Development, 500) })
        {
            var reached = false;
            var door = new DoorMiddleware(
                _ =>
                {
                    reached = true;
                    return Task.CompletedTask;
                },
                server.Services.GetRequiredService<Doors>(), server.Services.GetRequiredService<WrongTokens>(), server.Services.GetRequiredService<OpenSockets>(),
                server.Services.GetRequiredService<OwnOrigin>(), server.Services.GetRequiredService<RefusedSockets>(), new Surroundings(environment), NullLogger<DoorMiddleware>.Instance);
            var context = new DefaultHttpContext { RequestServices = server.Services };
            context.Request.Headers.Authorization = server.Operator.DefaultRequestHeaders.Authorization!.ToString();
            context.SetEndpoint(new RouteEndpoint(_ => Task.CompletedTask, RoutePatternFactory.Parse("/forgotten"), 0, EndpointMetadataCollection.Empty, "forgotten"));
            await door.InvokeAsync(context);
            Assert.False(reached);
            Assert.Equal(status, context.Response.StatusCode);
        }
    }

    [Fact]
    public async Task A_steward_invites_people_and_makes_no_other_token_for_anybody_else()
    {
        await using var server = await TestServerHost.StartAsync();
        await server.AdmitAsync("river", "stella", Role.Steward, "lantern");
        await server.AdmitAsync("river", "sten", Role.Steward, "lantern");
        await server.AdmitAsync("river", "ada", Role.Member, "lantern");
        using var stella = await server.PersonAsync("river", "stella");
        const string Bearer = "{\"kind\":\"bearer\",\"days\":1}", Link = "{\"kind\":\"signIn\"}";
        foreach (var (person, body, status) in new[]
        {
            ("stella", Bearer, 201), ("stella", Link, 201), ("ada", Bearer, 403), ("sten", Bearer, 403), ("sten", Link, 403), ("nobody", Bearer, 404), ("nobody", Link, 404),
        })
            Assert.Equal((person, status), (person, (int)(await MakeAsync(stella, person, body)).Status));

        foreach (var wrong in new[] { "{\"kind\":\"operator\"}", "{\"kind\":\"bearer\",\"days\":367}", "{\"kind\":\"signIn\",\"days\":8}", "{\"kind\":\"bearer\",\"days\":0}", "{" })
            Assert.Equal(HttpStatusCode.BadRequest, (await MakeAsync(stella, "ada", wrong)).Status);

        // Until she has come: then another link would let in the steward as her.
        var kept = (await MakeAsync(stella, "ada", Link)).Token!;
        var sent = (await MakeAsync(stella, "ada", Link)).Token!;
        Assert.Equal(HttpStatusCode.SeeOther, await RedeemAsync(server, sent));
        Assert.Equal(HttpStatusCode.Forbidden, (await MakeAsync(stella, "ada", Link)).Status);
        Assert.Equal(HttpStatusCode.Gone, await RedeemAsync(server, kept));

        // She makes the next one herself, for nobody else; and the operator may.
        using var ada = await server.PersonAsync("river", "ada");
        Assert.Equal(HttpStatusCode.SeeOther, await RedeemAsync(server, (await MakeAsync(ada, "ada", Link)).Token!));
        Assert.Equal(HttpStatusCode.Forbidden, (await MakeAsync(ada, "stella", Link)).Status);
        Assert.Equal(HttpStatusCode.SeeOther, await RedeemAsync(server, await server.TokenAsync("river", "ada", TokenWanted.SignIn)));
    }

    static async Task<(HttpStatusCode Status, string? Token)> MakeAsync(HttpClient client, string person, string body)
    {
        using var made = await client.PostAsync($"/api/coalitions/river/people/{person}/tokens", Body(body));
        return (made.StatusCode, made.IsSuccessStatusCode ? (await made.Content.ReadFromJsonAsync<TokenAnswer>(Json.Options))!.Token : null);
    }

    static async Task<HttpStatusCode> RedeemAsync(TestServerHost server, string link)
    {
        using var answer = await server.Anonymous.PostAsync("/sign-in", new FormUrlEncodedContent([new("token", link)]));
        return answer.StatusCode;
    }

    static StringContent Body(string json) => new(json, System.Text.Encoding.UTF8, "application/json");

    // Nobody waits for a revocation: it reaches this silo by a notice, within a moment.
    static async Task ForbiddenAsync(HttpClient client)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (await DraftAsync(client) != HttpStatusCode.Forbidden) patience.Token.ThrowIfCancellationRequested();
    }

    static async Task<HttpStatusCode> DraftAsync(HttpClient client)
    {
        using var answer = await client.PutAsync("/api/coalitions/river/statements/reply", Body("{}"));
        return answer.StatusCode;
    }

    static async Task<HttpStatusCode> StatusAsync(HttpClient client)
    {
        using var answer = await client.GetAsync("/api/me");
        return answer.StatusCode;
    }

    /// <summary>Makes following a coalition fail, as when its grain cannot be reached.</summary>
    sealed class Interruption : IIncomingGrainCallFilter
    {
        public volatile bool IsOn;

        public Task Invoke(IIncomingGrainCallContext context) =>
            IsOn && context.TargetContext.GrainInstance is CoalitionGrain && context.MethodName == nameof(CoalitionGrain.FollowAsync)
                ? throw new TimeoutException("Interrupted by the test.")
                : context.Invoke();
    }

    sealed class Surroundings(string name) : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = name;

        public string ApplicationName { get; set; } = "";

        public string ContentRootPath { get; set; } = "";

        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }
}
