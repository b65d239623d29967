using System.Text;
using Annotate.Deciding;
using Annotate.Instruments;
using Annotate.Server.Configuring;
using Annotate.Server.Seeding;

namespace Annotate.Server.Tests.Seeding;

public sealed class SeedPlanTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("annotate-seeds-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_letter_is_signed_by_27_organisations_and_2_experts_and_nobody_speaks_for_one_of_them()
    {
        var plan = Plans().Single(plan => plan.Seed.Id == "joint-letter");
        Assert.Equal(27, plan.Seed.Organisations.Count(organisation => organisation.Id != "record-secretariat"));
        Assert.Equal(["Asli Telli", "Douwe Korff"], plan.Seed.People.Where(person => person.Affiliation is not null).Select(person => person.Name));
        Assert.All(plan.Acts, act => Assert.Equal("record-keeper", act.By));
        Assert.DoesNotContain(plan.Acts, act => act is SeedAct.TakePosition or SeedAct.Consent);
        Assert.All(plan.Seed.People, person => Assert.True(person.Organisation is null or "record-secretariat"));
    }

    [Fact]
    public void Every_provision_that_the_letter_pinpoints_is_there()
    {
        var draft = Drafts()[("un-cybercrime-convention", "a-ac-291-l-15")];
        string[] pinpoints = ["Art. 22(1)(a)", "Art. 28(4)", "Art. 36(1)(b)", "Art. 36(1)(c)", "Art. 36(2)", "Art. 40(4)", "Art. 40(21)", "Art. 40(22)", "Art. 53(h)"];
        Assert.All(pinpoints, pinpoint => Assert.True(Pinpoint.TryParse(pinpoint, out var eId) && draft.Find(eId) is not null, pinpoint));
        Assert.Equal([4, 18, 19, 22, 23, 24, 28, 29, 30, 34, 35, 36, 40, 41, 47, 53], draft.Articles.Where(article => article.Kind == ProvisionKind.Article).Select(article => int.Parse(article.Number)));
        Assert.All(Drafts().Values, content => Assert.StartsWith("A summary, not the text", content.Note));
    }

    [Fact]
    public void The_practice_coalition_disagrees()
    {
        var plan = Plans().Single(plan => plan.Seed.Id == "practice");
        Assert.Equal(4, plan.Seed.Organisations.Count);
        Assert.Contains(plan.Acts.OfType<SeedAct.Consent>(), act => act.Seed.Consent == "block");
        Assert.Contains(plan.Acts.OfType<SeedAct.TakePosition>().GroupBy(act => act.EId), provision => provision.Select(act => act.Seed.Kind).Distinct().Count() > 1);
        Assert.Contains(plan.Acts.OfType<SeedAct.Annotate>(), act => act.Quote is not null);
        Assert.Equal(4, plan.Statements.Single().Sections.Count);
    }

    [Fact]
    public void Ids_of_acts_are_dated_distinct_and_the_same_each_time()
    {
        var ids = Plans().SelectMany(plan => plan.Acts).ToList();
        Assert.Equal(ids.Count, ids.Select(act => act.Id).Distinct().Count());
        Assert.Equal(ids.Select(act => act.Id), Plans().SelectMany(plan => plan.Acts).Select(act => act.Id));
        Assert.All(ids, act => Assert.True(CommandLog.TryDate(act.Id, out var milliseconds) && milliseconds == act.At.ToUnixTimeMilliseconds()));
    }

    [Theory]
    [InlineData("{", "seeds.json, line 1: ")]
    [InlineData("{\n  \"instruments\": [],\n  \"coalitions\": 5\n}", "seeds.json, line 3: $.coalitions")]
    [InlineData("{ \"instruments\": [], \"coalitions\": [], \"other\": 1 }", "seeds.json, line 1: ")]
    [InlineData("{ \"instruments\": [] }", "seeds.json, line 1: ")]
    [InlineData("{ \"instruments\": [], \"coalitions\": [\"none.json\"] }", "none.json: there is no such file in ")]
    public async Task A_bad_list_is_told_by_file_line_and_reason(string list, string message)
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "seeds.json"), list, TestContext.Current.CancellationToken);
        await AssertRefusedAsync(message);
    }

    [Theory]
    [InlineData("\"by\": \"p\", \"on\": \"Art. 9\"", "annotations[0]: d has no Art. 9")]
    [InlineData("\"by\": \"p\", \"on\": \"nine\"", "annotations[0]: \"nine\" is no pinpoint")]
    [InlineData("\"by\": \"q\", \"on\": \"Art. 1\"", "annotations[0]: there is no person q")]
    [InlineData("\"by\": \"p\", \"on\": \"Art. 1\", \"quote\": \"absent\"", "annotations[0]: art_1 does not say \"absent\"")]
    [InlineData("\"by\": \"p\", \"on\": \"Art. 1\", \"replies\": [{ \"at\": \"2025-01-01T00:00:00Z\", \"by\": \"p\", \"text\": \"r\" }]", "annotations[0].replies[0]: it has to be later")]
    [InlineData("\"by\": \"p\", \"on\": \"Art. 1\", \"colour\": 1", "c.json, line 7: ")]
    public async Task A_bad_act_is_told_by_file_place_and_reason(string act, string message)
    {
        await WriteAsync("seeds.json", """{ "instruments": [{ "id": "i", "title": "I", "draft": "d", "draftTitle": "D", "language": "en", "source": "i.md" }], "coalitions": ["c.json"] }""");
        await WriteAsync("i.md", "## Article 1\nSome words.");
        await WriteAsync("c.json", $$"""
            // A comment.
            {
              "id": "c", "name": "C", "policy": "noBlock", "instrument": "i", "draft": "d",
              "organisations": [],
              "people": [{ "id": "p", "name": "P", "role": "member", "mandates": [] }],
              "annotations": [
                { "at": "2025-01-01T00:00:00Z", "motivation": "commenting", "text": "t", "tags": [], {{act}} }
              ]
            }
            """);
        await AssertRefusedAsync(message);
    }

    [Fact]
    public async Task A_bad_instrument_is_told_by_file_and_line()
    {
        await WriteAsync("seeds.json", """{ "instruments": [{ "id": "i", "title": "I", "draft": "d", "draftTitle": "D", "language": "en", "source": "i.md" }], "coalitions": [] }""");
        await WriteAsync("i.md", "## Article 1\n2. two\n1. one");
        await AssertRefusedAsync("i.md, line 3: (1) does not follow Art. 1(2)");
    }

    [Fact]
    public void A_quotation_is_placed_in_code_points()
    {
        var draft = Encoding.UTF8.GetBytes("## Article 1\n\U0001D11E some words here");
        File.WriteAllBytes(Path.Combine(_folder, "i.md"), draft);
        File.WriteAllText(Path.Combine(_folder, "c.json"), """
            { "id": "c", "name": "C", "policy": "noBlock", "instrument": "i", "draft": "d", "organisations": [],
              "people": [{ "id": "p", "name": "P", "role": "member", "mandates": [] }],
              "annotations": [{ "at": "2025-01-01T00:00:00Z", "by": "p", "on": "Art. 1", "quote": "words", "motivation": "commenting", "text": "t", "tags": [] }] }
            """);
        Assert.True(DraftReader.TryRead(draft, DraftFormat.Markdown, out var content, out _));
        var plan = new SeedPlan("c.json", new SeedFolder(_folder), new Dictionary<(string, string), DraftContent> { [("i", "d")] = content! });
        Assert.Equal(new SeedQuote("words", "\U0001D11E some ", " here", 7, 12), Assert.IsType<SeedAct.Annotate>(Assert.Single(plan.Acts)).Quote);
    }

    Task WriteAsync(string name, string text) => File.WriteAllTextAsync(Path.Combine(_folder, name), text, TestContext.Current.CancellationToken);

    // Nothing is sent before every file was read, so the address is never asked.
    async Task AssertRefusedAsync(string message)
    {
        using var http = new HttpClient { BaseAddress = new Uri("http://127.0.0.1:9") };
        var seeder = new Seeder(http, "token", TextWriter.Null);
        var refused = await Assert.ThrowsAsync<SeedFileException>(() => seeder.SeedAsync(_folder, TestContext.Current.CancellationToken));
        Assert.Contains(message, refused.Message);
    }

    static string Repository => Folders.FindSeeds(new Settings())!;

    static Dictionary<(string Instrument, string Draft), DraftContent> Drafts()
    {
        var files = new SeedFolder(Repository);
        return files.List().Instruments.ToDictionary(instrument => (instrument.Id, instrument.Draft), instrument =>
        {
            DraftReader.TryRead(files.Bytes(instrument.Source), DraftFormat.Markdown, out var content, out var problems);
            Assert.Empty(problems);
            return content!;
        });
    }

    static List<SeedPlan> Plans()
    {
        var files = new SeedFolder(Repository);
        var drafts = Drafts();
        return [.. files.List().Coalitions.Select(name => new SeedPlan(name, files, drafts))];
    }
}
