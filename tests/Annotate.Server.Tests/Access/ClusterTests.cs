using System.Net;
using Annotate.Coalitions;
using Annotate.Deciding;
using Annotate.Server.Configuring;
using Annotate.Server.Tests.Storage;

namespace Annotate.Server.Tests.Access;

/// <summary>Two servers on one PostgreSQL database: what one of them grants or revokes holds on the other.</summary>
public sealed class ClusterTests(PostgresFixture postgres)
{
    [Fact]
    public async Task Rights_given_and_taken_on_one_server_hold_on_the_other()
    {
        var database = await postgres.NewDatabase();
        await using var one = await StartAsync(database);
        await using var other = await StartAsync(database);
        await one.AdmitAsync("river", "ada", Role.Member, "lantern");
        var token = await one.TokenAsync("river", "ada");

        using var ada = other.NewClient(token);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(ada));
        using var socket = await HubSocket.OpenAsync(other.Address, token);
        Assert.Null(socket.Refusal);
        // Each server has made an operator's token of its own; all of them are the operator's.
        using var asOperator = other.NewClient(one.Operator.DefaultRequestHeaders.Authorization!.Parameter);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(asOperator));

        using var revoked = await one.Operator.DeleteAsync("/api/coalitions/river/people/ada/tokens");
        Assert.Equal(HttpStatusCode.NoContent, revoked.StatusCode);
        await socket.EndedAsync();

        var next = await one.TokenAsync("river", "ada");
        using var again = await HubSocket.OpenAsync(other.Address, next);
        Assert.Null(again.Refusal);
        await one.Grains.GetGrain<ICoalitionGrain>("river").RunAsync(new RemovePerson("ada") { Id = one.NewId(), By = By.Operator });
        await again.EndedAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(other.NewClient(next)));
    }

    static Task<TestServerHost> StartAsync(string database) =>
        TestServerHost.StartAsync(settings => settings with { Profile = Profile.Postgres, Postgres = database });

    static async Task<HttpStatusCode> StatusAsync(HttpClient client)
    {
        using var answer = await client.GetAsync("/api/me");
        return answer.StatusCode;
    }
}
