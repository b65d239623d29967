using System.Text.Json;
using Annotate.Coalitions;
using Annotate.Server.Tests.Http;

namespace Annotate.Server.Tests.Positions;

public sealed class PositionRouteTests(Council council) : IClassFixture<Council>
{
    [Fact]
    public async Task Organisations_take_positions_for_themselves_and_change_them()
    {
        var here = Council.Provision(council.NextArticle());
        var first = await council.Ada.PutReplyAsync($"{here}/positions/tide", new { kind = "oppose", redLine = true, reason = "Too wide." }).DoneAsync();
        Assert.Equal("tide", first.Id);
        await council.Ben.PutReplyAsync($"{here}/positions/reef", new { kind = "support" }).DoneAsync();
        var read = await council.Olaf.GetReplyAsync($"{here}/positions");
        Assert.Equal(("\"2\"", "none"), (read.ETag, read["state"].GetString()));
        Assert.Equal(["reef support False ", "tide oppose True Too wide."], Positions(read));

        // A colleague changes it; the same again is nothing new.
        var id = council.Server.NewId();
        var changed = await council.Tom.PutReplyAsync($"{here}/positions/tide", new { kind = "amend" }, id, ifMatch: read.ETag).DoneAsync();
        Assert.Equal(changed.Version, (await council.Ada.PutReplyAsync($"{here}/positions/tide", new { kind = "amend" }).DoneAsync()).Version);
        Assert.Equal(changed.Version, (await council.Tom.PutReplyAsync($"{here}/positions/tide", new { kind = "amend" }, id).DoneAsync()).Version);
        Assert.Equal((422, "command-reused"), (await council.Tom.PutReplyAsync($"{here}/positions/tide", new { kind = "delete" }, id)).Problem());
        Assert.Equal((412, "version-mismatch"), (await council.Tom.PutReplyAsync($"{here}/positions/tide", new { kind = "delete" }, ifMatch: read.ETag)).Problem());
        read = await council.Olaf.GetReplyAsync($"{here}/positions");
        Assert.Equal(["reef support False ", "tide amend False "], Positions(read));
        // Mandates change how far the coalition is without any version here, so nobody is told that nothing changed.
        Assert.Equal(200, (await council.Olaf.GetReplyAsync($"{here}/positions", ifNoneMatch: read.ETag)).Status);
    }

    [Fact]
    public async Task Nobody_speaks_for_another_organisation()
    {
        var here = Council.Provision(council.NextArticle());
        Assert.Equal((403, "mandate-missing"), (await council.Ada.PutReplyAsync($"{here}/positions/reef", new { kind = "support" })).Problem());
        Assert.Equal((403, "mandate-missing"), (await council.Eve.PutReplyAsync($"{here}/positions/tide", new { kind = "support" })).Problem());
        Assert.Equal((403, "mandate-missing"), (await council.Olaf.PutReplyAsync($"{here}/positions/reef", new { kind = "support" })).Problem());
        Assert.Equal((403, "mandate-missing"), (await council.Server.Operator.PutReplyAsync($"{here}/positions/reef", new { kind = "support" })).Problem());
        Assert.Equal((400, "invalid"), (await council.Ada.PutReplyAsync($"{here}/positions/tide", new { kind = "noPosition", redLine = true })).Problem());
        Assert.Equal((400, "invalid"), (await council.Ada.PutReplyAsync($"{here}/positions/tide", new { reason = "Which?" })).Problem());
        Assert.Equal((404, "not-found"), (await council.Ada.PutReplyAsync($"{Council.Provision("art_99")}/positions/tide", new { kind = "support" })).Problem());
        Assert.Equal((404, "not-found"), (await council.Ada.PutReplyAsync($"{Council.Path}/instruments/nowhere/provisions/art_1/positions/tide", new { kind = "support" })).Problem());
    }

    [Fact]
    public async Task Where_no_block_is_the_policy_one_agrees_and_one_can_block()
    {
        var here = Council.Provision(council.NextArticle());
        Assert.Equal((409, "conflict"), (await council.Ada.PutReplyAsync($"{here}/consents/tide", new { consent = "agree", proposal = 1 })).Problem());
        var proposed = await council.Ada.PutReplyAsync($"{here}/coalition-position", new { kind = "delete", reason = "Out with it." }).DoneAsync();
        Assert.Equal("open", await StateAsync(council.Olaf, here));
        await council.Ada.PutReplyAsync($"{here}/consents/tide", new { consent = "standAside", proposal = proposed.Version }).DoneAsync();
        Assert.Equal("open", await StateAsync(council.Olaf, here));
        await council.Tom.PutReplyAsync($"{here}/consents/tide", new { consent = "agree", proposal = proposed.Version }).DoneAsync();
        Assert.Equal("adopted", await StateAsync(council.Olaf, here));
        await council.Ben.PutReplyAsync($"{here}/consents/reef", new { consent = "block", caveat = "Never.", proposal = proposed.Version }).DoneAsync();
        Assert.Equal("blocked", await StateAsync(council.Olaf, here));
        await council.Ben.PutReplyAsync($"{here}/consents/reef", new { consent = "agreeWithCaveat", caveat = "Not paragraph 1.", proposal = proposed.Version }).DoneAsync();
        Assert.Equal("adopted", await StateAsync(council.Olaf, here));

        // Other words are another question.
        var next = await council.Ben.PutReplyAsync($"{here}/coalition-position", new { kind = "amend", reason = "Mend it." }).DoneAsync();
        var read = await council.Olaf.GetReplyAsync($"{here}/positions");
        Assert.Equal(("open", 0, "amend"), (read["state"].GetString(), read["consents"].GetArrayLength(), read["coalition"].GetProperty("kind").GetString()));
        Assert.Equal((412, "version-mismatch"), (await council.Ada.PutReplyAsync($"{here}/consents/tide", new { consent = "agree", proposal = proposed.Version })).Problem());
        Assert.Equal((400, "invalid"), (await council.Ada.PutReplyAsync($"{here}/consents/tide", new { consent = "agreeWithCaveat", proposal = next.Version })).Problem());
        Assert.Equal((400, "invalid"), (await council.Ada.PutReplyAsync($"{here}/consents/tide", new { consent = "agree", caveat = "But.", proposal = next.Version })).Problem());
        Assert.Equal((403, "mandate-missing"), (await council.Ada.PutReplyAsync($"{here}/consents/reef", new { consent = "agree", proposal = next.Version })).Problem());
    }

    [Fact]
    public async Task Where_unanimity_is_the_policy_every_voice_is_heard()
    {
        await council.Server.AdmitAsync("senate", "ida", Role.Steward, "dune", Mandate.Position);
        await council.Server.AdmitAsync("senate", "jon", Role.Member, "moor", Mandate.Position);
        using var ida = await council.Server.PersonAsync("senate", "ida");
        using var jon = await council.Server.PersonAsync("senate", "jon");
        await ida.PatchReplyAsync("/api/coalitions/senate", new { policy = "unanimity" }).DoneAsync();
        const string here = "/api/coalitions/senate/instruments/law/provisions/art_1";
        var proposed = await ida.PutReplyAsync($"{here}/coalition-position", new { kind = "delete" }).DoneAsync();
        await ida.PutReplyAsync($"{here}/consents/dune", new { consent = "agree", proposal = proposed.Version }).DoneAsync();
        Assert.Equal("open", await StateAsync(ida, here));
        await jon.PutReplyAsync($"{here}/consents/moor", new { consent = "block", proposal = proposed.Version }).DoneAsync();
        Assert.Equal("blocked", await StateAsync(ida, here));
        await jon.PutReplyAsync($"{here}/consents/moor", new { consent = "standAside", proposal = proposed.Version }).DoneAsync();
        Assert.Equal("adopted", await StateAsync(ida, here));
        // A voice more is asked as well, and one less is not.
        await council.Server.AdmitAsync("senate", "kim", Role.Member, "fen", Mandate.Position);
        Assert.Equal("open", await StateAsync(ida, here));
        await council.Server.Operator.DeleteReplyAsync("/api/coalitions/senate/people/kim/mandates/position").DoneAsync();
        Assert.Equal("adopted", await StateAsync(ida, here));
    }

    static async Task<string?> StateAsync(HttpClient reader, string here) => (await reader.GetReplyAsync($"{here}/positions"))["state"].GetString();

    static IEnumerable<string> Positions(Reply read) => read["positions"].EnumerateArray().Select(position =>
        $"{Word(position, "organisation")} {Word(position, "kind")} {position.GetProperty("redLine").GetBoolean()} {Word(position, "reason")}");

    static string? Word(JsonElement position, string member) => position.GetProperty(member).GetString();
}
