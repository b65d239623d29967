using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Annotate.Instruments;
using Annotate.Server.Access;
using Annotate.Server.Configuring;
using Annotate.Server.Hosting;
using Annotate.Server.Seeding;
using Microsoft.Extensions.Logging;

namespace Annotate.Server.Tests.Seeding;

/// <summary>Loads the repository's own seeds into a whole server, over loopback.</summary>
public sealed class SeederTests : IAsyncLifetime
{
    readonly string _folder = Directory.CreateTempSubdirectory("annotate-seeder-").FullName;
    AnnotateHost _host = null!;
    HttpClient _http = null!;
    string _operator = "";

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    static string Seeds => Folders.FindSeeds(new Settings())!;

    public async ValueTask InitializeAsync()
    {
        _host = await AnnotateHost.BuildAsync(
            new Settings { DataFolder = _folder, Url = "http://127.0.0.1:0" }, configure: builder => builder.Logging.ClearProviders());
        await _host.StartAsync(Stop);
        _http = new HttpClient { BaseAddress = _host.Addresses.First() };
        _operator = (await File.ReadAllTextAsync(OperatorToken.PathIn(_folder), Stop)).Trim();
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", _operator);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _host.App.StopAsync(CancellationToken.None);
        await _host.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Seeds_are_loaded_and_loading_them_again_changes_nothing()
    {
        await new Seeder(_http, _operator, TextWriter.Null).SeedAsync(Seeds, Stop);
        await AssertLoadedAsync();
        var before = await EverythingAsync();

        using var progress = new StringWriter();
        await new Seeder(_http, _operator, progress).SeedAsync(Seeds, Stop);
        Assert.Equal(before, await EverythingAsync());
        Assert.Contains("coalition practice: 0 loaded, ", progress.ToString());
        Assert.Contains("coalition joint-letter: 0 loaded, ", progress.ToString());
    }

    [Fact]
    public async Task A_loading_that_was_interrupted_is_finished_by_loading_again()
    {
        const int seed = 20260304;
        var random = new Random(seed);
        var interruptions = 0;
        for (var after = random.Next(5, 20); ; after += random.Next(10, 40))
        {
            using var cut = new CutOff(after);
            using var http = new HttpClient(cut) { BaseAddress = _http.BaseAddress };
            try
            {
                await new Seeder(http, _operator, TextWriter.Null).SeedAsync(Seeds, Stop);
                break;
            }
            catch (HttpRequestException)
            {
                interruptions++;
            }
        }

        Assert.True(interruptions > 3, $"Seed {seed}: interrupted {interruptions} times only.");
        await AssertLoadedAsync();
    }

    [Fact]
    public async Task What_people_changed_since_is_left_as_they_left_it()
    {
        await new Seeder(_http, _operator, TextWriter.Null).SeedAsync(Seeds, Stop);
        const string positions = "/api/coalitions/practice/instruments/un-cybercrime-convention/provisions/art_24/positions";
        var token = (await PostAsync("/api/coalitions/practice/people/petra-position/tokens", new { kind = "bearer", days = 1 })).GetProperty("token").GetString();
        using var change = new HttpRequestMessage(HttpMethod.Put, positions + "/blue-teapot") { Content = JsonContent.Create(new { kind = "delete", redLine = false, reason = "Changed." }) };
        change.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using (var changed = await _http.SendAsync(change, Stop)) changed.EnsureSuccessStatusCode();
        var before = await GetAsync(positions);

        await new Seeder(_http, _operator, TextWriter.Null).SeedAsync(Seeds, Stop);
        Assert.Equal(before.GetRawText(), (await GetAsync(positions)).GetRawText());
    }

    [Fact]
    public async Task A_text_stays_as_it_was_when_its_seed_has_other_words_since()
    {
        await new Seeder(_http, _operator, TextWriter.Null).SeedAsync(Seeds, Stop);
        const string text = "/api/texts/practice.first-statement.what-we-ask";
        var before = await _http.GetByteArrayAsync(text, Stop);
        var edited = Path.Combine(_folder, "edited");
        foreach (var file in Directory.GetFiles(Seeds, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(edited, Path.GetRelativePath(Seeds, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        await File.AppendAllTextAsync(Path.Combine(edited, "practice", "what-we-ask.md"), "\nOne more paragraph.\n", Stop);
        await new Seeder(_http, _operator, TextWriter.Null).SeedAsync(edited, Stop);
        Assert.Equal(before, await _http.GetByteArrayAsync(text, Stop));
    }

    [Fact]
    public async Task A_refusal_names_the_step()
    {
        var refused = await Assert.ThrowsAsync<SeedRefusedException>(() => new Seeder(_http, new string('x', 43), TextWriter.Null).SeedAsync(Seeds, Stop));
        Assert.Contains("PUT /api/instruments/un-cybercrime-convention/drafts/a-ac-291-l-15", refused.Message);
        Assert.Contains("401", refused.Message);
    }

    async Task AssertLoadedAsync()
    {
        Assert.Equal(6, (await GetAsync("/api/instruments")).GetProperty("instruments").GetArrayLength());
        var plans = Plans();
        foreach (var plan in plans)
        {
            var coalition = $"/api/coalitions/{plan.Seed.Id}";
            var members = await GetAsync(coalition);
            Assert.Equal(plan.Seed.Organisations.Count, members.GetProperty("organisations").GetArrayLength());
            Assert.Equal(plan.Seed.People.Count, members.GetProperty("people").GetArrayLength());
            foreach (var act in plan.Acts.OfType<SeedAct.Annotate>()) await AssertAnnotatedAsync(coalition, plan, act);
            var annotations = 0;
            foreach (var thread in await ThreadsAsync(plan)) annotations += thread.GetProperty("annotations").GetArrayLength();
            Assert.Equal(plan.Acts.OfType<SeedAct.Annotate>().Count(), annotations);
            foreach (var statement in plan.Statements) await AssertWrittenAsync(plan, statement);
        }

        var disputed = await GetAsync("/api/coalitions/practice/instruments/un-cybercrime-convention/provisions/art_28__para_4/positions");
        Assert.Equal(4, disputed.GetProperty("positions").GetArrayLength());
        Assert.Equal(3, disputed.GetProperty("consents").GetArrayLength());
        Assert.Equal("blocked", disputed.GetProperty("state").GetString());
    }

    async Task AssertAnnotatedAsync(string coalition, SeedPlan plan, SeedAct.Annotate act)
    {
        var root = EId.RootOf(act.EId);
        var thread = await GetAsync($"{coalition}/instruments/{plan.Seed.Instrument}/articles/{root}/thread");
        var annotation = Assert.Single(thread.GetProperty("annotations").EnumerateArray(), found => found.GetProperty("id").GetGuid() == act.Id);
        Assert.Equal(act.By, annotation.GetProperty("by").GetProperty("person").GetString());
        Assert.Equal(act.Seed.Replies?.Count ?? 0, annotation.GetProperty("replies").GetArrayLength());
        Assert.Equal(act.Seed.Resolved is not null, annotation.GetProperty("resolved").GetBoolean());
    }

    async Task AssertWrittenAsync(SeedPlan plan, PlannedStatement statement)
    {
        var frame = await GetAsync($"/api/coalitions/{plan.Seed.Id}/statements/{statement.Seed.Id}");
        Assert.Equal(statement.Sections.Select(section => section.Seed.Id), frame.GetProperty("sections").EnumerateArray().Select(section => section.GetProperty("id").GetString()));
        foreach (var section in statement.Sections)
        {
            var text = await _http.GetByteArrayAsync($"/api/texts/{plan.Seed.Id}.{statement.Seed.Id}.{section.Seed.Id}", Stop);
            Assert.Equal(section.Update, text);
        }
    }

    static List<SeedPlan> Plans()
    {
        var files = new SeedFolder(Seeds);
        var drafts = files.List().Instruments.ToDictionary(
            instrument => (instrument.Id, instrument.Draft),
            instrument => DraftReader.TryRead(files.Bytes(instrument.Source), DraftFormat.Markdown, out var content, out _) ? content! : throw new InvalidDataException(instrument.Id));
        return [.. files.List().Coalitions.Select(name => new SeedPlan(name, files, drafts))];
    }

    async Task<List<JsonElement>> ThreadsAsync(SeedPlan plan)
    {
        var threads = new List<JsonElement>();
        foreach (var root in plan.Acts.Select(act => EId.RootOf(act.EId)).Distinct())
            threads.Add(await GetAsync($"/api/coalitions/{plan.Seed.Id}/instruments/{plan.Seed.Instrument}/articles/{root}/thread"));
        return threads;
    }

    /// <summary>All that the seeds are about: any change would show in a version.</summary>
    async Task<string> EverythingAsync()
    {
        var all = new List<string> { (await GetAsync("/api/instruments")).GetRawText() };
        foreach (var plan in Plans())
        {
            var coalition = $"/api/coalitions/{plan.Seed.Id}";
            all.Add((await GetAsync(coalition)).GetRawText());
            all.AddRange((await ThreadsAsync(plan)).Select(thread => thread.GetRawText()));
            foreach (var eId in plan.Acts.Select(act => act.EId).Distinct())
                all.Add((await GetAsync($"{coalition}/instruments/{plan.Seed.Instrument}/provisions/{eId}/positions")).GetRawText());
            foreach (var statement in plan.Statements) all.Add((await GetAsync($"{coalition}/statements/{statement.Seed.Id}")).GetRawText());
        }

        return string.Join('\n', all);
    }

    async Task<JsonElement> GetAsync(string path)
    {
        using var response = await _http.GetAsync(path, Stop);
        Assert.True(response.IsSuccessStatusCode, $"{path}: {(int)response.StatusCode}");
        return await response.Content.ReadFromJsonAsync<JsonElement>(Stop);
    }

    async Task<JsonElement> PostAsync(string path, object body)
    {
        using var response = await _http.PostAsJsonAsync(path, body, Stop);
        Assert.True(response.IsSuccessStatusCode, $"{path}: {(int)response.StatusCode}");
        return await response.Content.ReadFromJsonAsync<JsonElement>(Stop);
    }

    /// <summary>A connection that breaks after so many requests; every second time only the answer is lost, not the request.</summary>
    sealed class CutOff(int after) : DelegatingHandler(new SocketsHttpHandler())
    {
        int _sent;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var number = ++_sent;
            if (number > after || (number == after && after % 2 == 0)) throw new HttpRequestException("The connection broke.");
            var response = await base.SendAsync(request, cancellationToken);
            if (number < after) return response;
            response.Dispose();
            throw new HttpRequestException("The answer was lost.");
        }
    }
}
