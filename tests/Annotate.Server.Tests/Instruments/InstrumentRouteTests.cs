using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Annotate.Server.Access;
using Annotate.Server.Configuring;
using Annotate.Server.Hosting;
using Microsoft.Extensions.Logging;

namespace Annotate.Server.Tests.Instruments;

public sealed class InstrumentRouteTests : IAsyncLifetime
{
    const string Path = "/api/instruments/treaty/drafts/one";
    const string Source = "> A note.\n## Chapter I. Start\n### Article 1. Purpose\nWords.\n1. First:\n(a) point.\n";

    readonly string _folder = Directory.CreateTempSubdirectory("annotate-instruments-").FullName;
    AnnotateHost _host = null!;
    HttpClient _http = null!;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _host = await AnnotateHost.BuildAsync(
            new Settings { DataFolder = _folder, Url = "http://127.0.0.1:0" }, configure: builder => builder.Logging.ClearProviders());
        await _host.StartAsync(Stop);
        _http = new HttpClient { BaseAddress = _host.Addresses.First() };
        var token = (await File.ReadAllTextAsync(OperatorToken.PathIn(_folder), Stop)).Trim();
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _host.App.StopAsync(CancellationToken.None);
        await _host.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_draft_is_imported_read_and_never_changed()
    {
        Assert.Equal(404, (await GetAsync(Path)).Status);
        var (status, first) = await PutAsync(Path + "?title=Treaty&draftTitle=Draft%20one", Source);
        Assert.Equal((200, "one"), (status, first.GetProperty("id").GetString()));
        Assert.Equal(first.GetRawText(), (await PutAsync(Path + "?draftTitle=Draft%20one", Source)).Body.GetRawText());

        var (conflict, problem) = await PutAsync(Path + "?draftTitle=Draft%20one", Source + "2. Second.\n");
        Assert.Equal((409, "conflict"), (conflict, problem.GetProperty("code").GetString()));

        var draft = (await GetAsync(Path)).Body;
        Assert.Equal("Draft one", draft.GetProperty("title").GetString());
        Assert.Equal("A note.", draft.GetProperty("note").GetString());
        Assert.Equal("chp_I", draft.GetProperty("groups")[0].GetProperty("eId").GetString());
        var article = draft.GetProperty("articles")[0];
        Assert.Equal(("art_1", "article", "chp_I"), (article.GetProperty("eId").GetString(), article.GetProperty("kind").GetString(), article.GetProperty("within").GetString()));
        Assert.Equal("art_1__para_1__point_a", article.GetProperty("provisions")[0].GetProperty("provisions")[0].GetProperty("eId").GetString());

        var listed = (await GetAsync("/api/instruments")).Body.GetProperty("instruments");
        Assert.Equal("Treaty", Assert.Single(listed.EnumerateArray()).GetProperty("title").GetString());
        var drafts = (await GetAsync("/api/instruments/treaty")).Body.GetProperty("drafts");
        Assert.Equal(1, Assert.Single(drafts.EnumerateArray()).GetProperty("articles").GetInt32());
    }

    [Theory]
    [InlineData("words only", "text/markdown", 400, "line 1: no article was found")]
    [InlineData("## Article 1\n## Annex", "text/markdown", 400, "line 2: a heading names")]
    [InlineData("## Article 1", "application/json", 415, "")]
    public async Task What_is_no_draft_is_refused_with_the_reason(string source, string type, int expected, string detail)
    {
        var (status, problem) = await PutAsync(Path + "?title=Treaty", source, type);
        Assert.Equal(expected, status);
        if (detail.Length > 0) Assert.Contains(detail, problem.GetProperty("detail").GetString());
        Assert.Equal(404, (await GetAsync("/api/instruments/treaty")).Status);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_source_that_is_too_long_is_refused(bool chunked)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, Path + "?title=Treaty") { Content = new ByteArrayContent(new byte[Annotate.Limits.DraftSourceBytesMax + 1]) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("text/plain");
        request.Headers.TransferEncodingChunked = chunked;
        using var response = await _http.SendAsync(request, Stop);
        Assert.Equal(413, (int)response.StatusCode);
    }

    [Fact]
    public async Task A_known_version_is_not_sent_again_and_a_stale_one_is_not_written_over()
    {
        await PutAsync(Path + "?title=Treaty", Source);
        using var again = new HttpRequestMessage(HttpMethod.Get, "/api/instruments/treaty") { Headers = { IfNoneMatch = { new EntityTagHeaderValue("\"1\"") } } };
        using (var response = await _http.SendAsync(again, Stop)) Assert.Equal(304, (int)response.StatusCode);
        using var stale = Request("/api/instruments/treaty/drafts/two", Source, "text/markdown");
        stale.Headers.IfMatch.Add(new EntityTagHeaderValue("\"0\""));
        using (var response = await _http.SendAsync(stale, Stop)) Assert.Equal(412, (int)response.StatusCode);
    }

    [Fact]
    public async Task Only_who_is_signed_in_reads()
    {
        using var nobody = new HttpClient { BaseAddress = _http.BaseAddress };
        using var response = await nobody.GetAsync("/api/instruments", Stop);
        Assert.Equal(401, (int)response.StatusCode);
    }

    static HttpRequestMessage Request(string path, string source, string type)
    {
        var request = new HttpRequestMessage(HttpMethod.Put, path) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(source)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
        return request;
    }

    async Task<(int Status, JsonElement Body)> PutAsync(string path, string source, string type = "text/markdown")
    {
        using var request = Request(path, source, type);
        using var response = await _http.SendAsync(request, Stop);
        return ((int)response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>(Stop));
    }

    async Task<(int Status, JsonElement Body)> GetAsync(string path)
    {
        using var response = await _http.GetAsync(path, Stop);
        return ((int)response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>(Stop));
    }
}
