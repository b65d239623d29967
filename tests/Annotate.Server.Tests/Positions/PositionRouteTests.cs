using System.Text.Json;
using Annotate.Coalitions;
using Annotate.Server.Tests.Http;
using Microsoft.Extensions.DependencyInjection;

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
        Assert.Equal(304, (await council.Olaf.GetReplyAsync($"{here}/positions", ifNoneMatch: read.ETag)).Status);
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
    public async Task Where_no_block_is_the_policy_one_agrees_and_the_others_are_waited_for()
    {
        var here = Council.Provision(council.NextArticle());
        Assert.Equal((409, "conflict"), (await council.Ada.PutReplyAsync($"{here}/consents/tide", new { consent = "agree", proposal = 1 })).Problem());
        var proposed = await council.Ada.PutReplyAsync($"{here}/coalition-position", new { kind = "delete", reason = "Out with it." }).DoneAsync();
        Assert.Equal("open", await StateAsync(council.Olaf, here));
        await council.Ada.PutReplyAsync($"{here}/consents/tide", new { consent = "standAside", proposal = proposed.Version }).DoneAsync();
        await council.Tom.PutReplyAsync($"{here}/consents/tide", new { consent = "agree", proposal = proposed.Version }).DoneAsync();
        Assert.Equal("open", await StateAsync(council.Olaf, here));
        await council.Ben.PutReplyAsync($"{here}/consents/reef", new { consent = "block", caveat = "Never.", proposal = proposed.Version }).DoneAsync();
        Assert.Equal("blocked", await StateAsync(council.Olaf, here));
        await council.Ben.PutReplyAsync($"{here}/consents/reef", new { consent = "agreeWithCaveat", caveat = "Not paragraph 1.", proposal = proposed.Version }).DoneAsync();

        var adopted = (await council.Olaf.GetReplyAsync($"{here}/positions"))["coalition"];
        Assert.Equal(("noBlock", "reef tide"), (adopted.GetProperty("terms").GetProperty("policy").GetString(),
            string.Join(' ', adopted.GetProperty("terms").GetProperty("voices").EnumerateArray())));
        Assert.Equal(("everyVoiceHeard", 1, 1, 0), (Word(adopted.GetProperty("outcome"), "reason"), Told(adopted, "agreed"), Told(adopted, "agreedWithCaveat"), Told(adopted, "unheard")));
        Assert.Equal((409, "proposal-closed"), (await council.Ben.PutReplyAsync($"{here}/consents/reef", new { consent = "block", proposal = proposed.Version })).Problem());

        // Other words are another question; what was adopted stands meanwhile.
        var next = await council.Ben.PutReplyAsync($"{here}/coalition-position", new { kind = "amend", reason = "Mend it." }).DoneAsync();
        var read = await council.Olaf.GetReplyAsync($"{here}/positions");
        Assert.Equal(("open", 0, "amend", "delete"), (read["state"].GetString(), read["consents"].GetArrayLength(), Word(read["coalition"], "kind"), Word(read["adopted"], "kind")));
        Assert.Equal((412, "version-mismatch"), (await council.Ada.PutReplyAsync($"{here}/consents/tide", new { consent = "agree", proposal = proposed.Version })).Problem());
        Assert.Equal((400, "invalid"), (await council.Ada.PutReplyAsync($"{here}/consents/tide", new { consent = "agreeWithCaveat", proposal = next.Version })).Problem());
        Assert.Equal((400, "invalid"), (await council.Ada.PutReplyAsync($"{here}/consents/tide", new { consent = "agree", caveat = "But.", proposal = next.Version })).Problem());
        Assert.Equal((403, "mandate-missing"), (await council.Ada.PutReplyAsync($"{here}/consents/reef", new { consent = "agree", proposal = next.Version })).Problem());
    }

    [Fact]
    public async Task Who_comes_after_a_proposal_undoes_nothing()
    {
        await council.Server.AdmitAsync("senate", "ida", Role.Steward, "dune", Mandate.Position);
        await council.Server.AdmitAsync("senate", "jon", Role.Member, "moor", Mandate.Position);
        using var ida = await council.Server.PersonAsync("senate", "ida");
        using var jon = await council.Server.PersonAsync("senate", "jon");
        await ida.PatchReplyAsync("/api/coalitions/senate", new { policy = "unanimity" }).DoneAsync();
        const string here = "/api/coalitions/senate/instruments/law/provisions/art_1";
        var tomorrow = council.Server.Services.GetRequiredService<TimeProvider>().GetUtcNow().AddHours(25);
        Assert.Equal((400, "invalid"), (await ida.PutReplyAsync($"{here}/coalition-position", new { kind = "delete", closesAt = tomorrow.AddHours(-2) })).Problem());
        var proposed = await ida.PutReplyAsync($"{here}/coalition-position", new { kind = "delete", closesAt = tomorrow }).DoneAsync();
        Assert.Equal(tomorrow, (await ida.GetReplyAsync($"{here}/positions"))["coalition"].GetProperty("terms").GetProperty("closesAt").GetDateTimeOffset());
        await ida.PutReplyAsync($"{here}/consents/dune", new { consent = "agree", proposal = proposed.Version }).DoneAsync();
        await council.Server.AdmitAsync("senate", "kim", Role.Member, "fen", Mandate.Position);
        using var kim = await council.Server.PersonAsync("senate", "kim");
        Assert.Equal((409, "not-asked"), (await kim.PutReplyAsync($"{here}/consents/fen", new { consent = "block", proposal = proposed.Version })).Problem());
        Assert.Equal("open", await StateAsync(ida, here));
        await jon.PutReplyAsync($"{here}/consents/moor", new { consent = "standAside", proposal = proposed.Version }).DoneAsync();
        Assert.Equal("adopted", await StateAsync(ida, here));
        await council.Server.Operator.DeleteReplyAsync("/api/coalitions/senate/people/jon/mandates/position").DoneAsync();
        Assert.Equal("adopted", await StateAsync(kim, here));
    }

    static async Task<string?> StateAsync(HttpClient reader, string here) => (await reader.GetReplyAsync($"{here}/positions"))["state"].GetString();

    static IEnumerable<string> Positions(Reply read) => read["positions"].EnumerateArray().Select(position =>
        $"{Word(position, "organisation")} {Word(position, "kind")} {position.GetProperty("redLine").GetBoolean()} {Word(position, "reason")}");

    static int Told(JsonElement proposal, string member) => proposal.GetProperty("outcome").GetProperty("tally").GetProperty(member).GetInt32();

    static string? Word(JsonElement position, string member) => position.GetProperty(member).GetString();
}
