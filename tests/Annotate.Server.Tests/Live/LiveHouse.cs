using Annotate.Coalitions;
using Annotate.Deciding;
using Annotate.Server.Configuring;
using Annotate.Statements;

namespace Annotate.Server.Tests.Live;

/// <summary>A server with a coalition of two organisations, a statement and some sections: what a test of live texts needs.</summary>
sealed class LiveHouse : IAsyncDisposable
{
    public const string Coalition = "harbour";

    LiveHouse(TestServerHost server) => Server = server;

    public TestServerHost Server { get; }

    /// <summary>Text id of the first section.</summary>
    public static string Text => TextOf("opening");

    public static string TextOf(string section) => $"{Coalition}.reply.{section}";

    public static async Task<LiveHouse> BuildAsync(Func<Settings, Settings>? with = null, params string[] sections)
    {
        var house = new LiveHouse(await TestServerHost.StartAsync(with));
        await house.Server.AdmitAsync(Coalition, "ada", Role.Steward, "tide", Mandate.Draft, Mandate.Annotate, Mandate.Position);
        await house.Server.AdmitAsync(Coalition, "ben", Role.Member, "reef", Mandate.Draft, Mandate.Annotate);
        await house.Server.AdmitAsync(Coalition, "cat", Role.Observer, "reef");
        await house.DraftAsync("reply", sections.Length == 0 ? ["opening"] : sections);
        return house;
    }

    public Task<string> TokenAsync(string person) => Server.TokenAsync(Coalition, person);

    public async Task DraftAsync(string statement, params string[] sections)
    {
        var grain = Server.Grains.GetGrain<IStatementGrain>($"{Coalition}/{statement}");
        var by = new By("ada", "tide");
        await Accepted(grain.RunAsync(new DescribeStatement("Reply", "The committee", "harbour-act", "first") { Id = Server.NewId(), By = by }));
        foreach (var section in sections)
            await Accepted(grain.RunAsync(new DescribeSection(section, section, [], null) { Id = Server.NewId(), By = by }));
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    static async Task Accepted(Task<Answer> answer) => Assert.Null((await answer).Problem);
}
