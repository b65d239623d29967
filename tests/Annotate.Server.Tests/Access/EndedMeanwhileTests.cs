using System.Net;
using Annotate.Access;
using Annotate.Coalitions;
using Annotate.Deciding;
using Annotate.Server.Access;
using Annotate.Server.Tests.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Annotate.Server.Tests.Access;

/// <summary>Whoever holds a stolen session and makes tokens with it all the time has none left when its person ends all of them.</summary>
public sealed class EndedMeanwhileTests : IAsyncLifetime
{
    readonly AtIssue _atIssue = new();
    TestServerHost _server = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServerHost.StartAsync(configure: builder => builder.Services.AddSingleton<IOutgoingGrainCallFilter>(_atIssue));
        await _server.AdmitAsync("river", "ada", Role.Member, "lantern");
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task What_was_being_made_ends_as_well()
    {
        using var session = await SignedInAsync();
        EndAllAtNextIssue();
        Assert.Equal((401, "sign-in-needed"), (await AskAsync(session, new { kind = "bearer" })).Problem());
        await NothingIsGoodAsync();
    }

    [Fact]
    public async Task So_does_the_session_that_a_link_was_opening()
    {
        var link = await _server.TokenAsync("river", "ada", TokenWanted.SignIn);
        EndAllAtNextIssue();
        using var used = await _server.Anonymous.PostAsync("/sign-in", new FormUrlEncodedContent([new("token", link)]));
        Assert.Equal(HttpStatusCode.Gone, used.StatusCode);
        await NothingIsGoodAsync();
    }

    [Fact]
    public async Task Ending_all_others_ends_those_that_were_made_meanwhile()
    {
        using var mine = await SignedInAsync();
        using var stolen = await SignedInAsync();
        string? made = null;
        _atIssue.AtEnd = async () => made = (await AskAsync(stolen, new { kind = "bearer" }))["token"].GetString();
        Assert.Equal(204, (await mine.DeleteReplyAsync("/api/me/tokens?others=true")).Status);
        using var client = _server.NewClient(made);
        Assert.Equal((401, 200), ((await client.GetReplyAsync("/api/me")).Status, (await mine.GetReplyAsync("/api/me")).Status));
    }

    void EndAllAtNextIssue() => _atIssue.Do = () => _server.Services.GetRequiredService<Tokens>().RevokeAllAsync("river", "ada", new By("ada", "lantern"));

    async Task NothingIsGoodAsync()
    {
        Assert.NotNull(_atIssue.Issued);
        var principal = await _server.Grains.GetGrain<ITokenGrain>(_atIssue.Issued).FindAsync();
        Assert.Null(principal);
    }

    // A session's token is taken in the header too.
    async Task<HttpClient> SignedInAsync()
    {
        var link = await _server.TokenAsync("river", "ada", TokenWanted.SignIn);
        using var answer = await _server.Anonymous.PostAsync("/sign-in", new FormUrlEncodedContent([new("token", link)]));
        var cookie = answer.Headers.GetValues("Set-Cookie").First();
        return _server.NewClient(cookie.Split(';')[0].Split('=')[1]);
    }

    static Task<Reply> AskAsync(HttpClient client, object body) => client.PostReplyAsync("/api/coalitions/river/people/ada/tokens", body);

    /// <summary>Comes in between at the one moment that counts.</summary>
    sealed class AtIssue : IOutgoingGrainCallFilter
    {
        public Func<Task>? Do { get; set; }

        public Func<Task>? AtEnd { get; set; }

        /// <summary>Hash of the token before whose making something was done.</summary>
        public string? Issued { get; private set; }

        public async Task Invoke(IOutgoingGrainCallContext context)
        {
            if (context.Request.GetArgumentCount() == 1)
            {
                if (context.Request.GetArgument(0) is IssueToken && Do is { } act)
                {
                    (Do, Issued) = (null, context.TargetId.Key.ToString());
                    await act();
                }
                else if (context.Request.GetArgument(0) is RevokeEverywhere && AtEnd is { } end)
                {
                    AtEnd = null;
                    await end();
                }
            }

            await context.Invoke();
        }
    }
}
