using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Annotate.Coalitions;
using Annotate.Deciding;
using Annotate.Server.Access;
using Annotate.Server.Configuring;
using Annotate.Server.Hosting;
using Annotate.Server.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Annotate.Server.Tests;

/// <summary>
/// The real server in this process, as its own Program puts it together: Sqlite profile, a data folder of its own, a free port. It can be
/// stopped and started again on the same folder and port; clients made before go on working.
/// </summary>
public sealed class TestServerHost : IAsyncDisposable
{
    readonly Settings _settings;
    readonly Action<WebApplicationBuilder>? _configure;
    readonly List<HttpClient> _clients = [];
    AnnotateHost _host = null!;

    TestServerHost(Settings settings, Action<WebApplicationBuilder>? configure) => (_settings, _configure) = (settings, configure);

    /// <summary>http://127.0.0.1:port, the same after a restart.</summary>
    public Uri Address { get; private set; } = null!;

    public string DataFolder => _settings.DataFolder;

    /// <summary>A client with the operator's token.</summary>
    public HttpClient Operator { get; private set; } = null!;

    /// <summary>A client without a token.</summary>
    public HttpClient Anonymous { get; private set; } = null!;

    /// <summary>Services of the server that runs now; another set after a restart.</summary>
    public IServiceProvider Services => _host.App.Services;

    public IGrainFactory Grains => Services.GetRequiredService<IGrainFactory>();

    public AnnotateHost Host => _host;

    /// <summary>What was logged, by every server started here.</summary>
    public CapturedLog Log { get; } = new();

    /// <param name="with">Changes settings; the data folder and the address are given.</param>
    /// <param name="configure">Replaces parts before the server is built; again at each restart.</param>
    /// <param name="kept">A data folder of which it gets a copy.</param>
    public static async Task<TestServerHost> StartAsync(
        Func<Settings, Settings>? with = null, Action<WebApplicationBuilder>? configure = null, string? kept = null)
    {
        var folder = Directory.CreateTempSubdirectory("annotate-test-").FullName;
        if (kept is not null) Copy(kept, folder);
        var settings = new Settings { DataFolder = folder, Url = "http://127.0.0.1:0", LoadSeeds = false };
        var server = new TestServerHost(with?.Invoke(settings) ?? settings, configure);
        try
        {
            await server.StartHostAsync("http://127.0.0.1:0");
        }
        catch
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }

        server.Anonymous = server.NewClient(null);
        server.Operator = server.NewClient((await File.ReadAllTextAsync(OperatorToken.PathIn(folder))).Trim());
        return server;
    }

    // As a server leaves its own: nobody else may read them.
    static void Copy(string kept, string folder)
    {
        foreach (var file in Directory.EnumerateFiles(kept))
        {
            var copy = Path.Combine(folder, Path.GetFileName(file));
            File.Copy(file, copy);
            OwnerOnly.CloseToOthers(copy);
        }
    }

    /// <summary>Stops the server in an orderly way and starts another on the same folder and port.</summary>
    /// <param name="meanwhile">Done while no server runs.</param>
    public async Task RestartAsync(Action? meanwhile = null)
    {
        await StopHostAsync();
        meanwhile?.Invoke();
        await StartHostAsync(Address.GetLeftPart(UriPartial.Authority));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients) client.Dispose();
        await StopHostAsync();
        Directory.Delete(_settings.DataFolder, recursive: true);
    }

    /// <summary>A client with a bearer token of a person, made through the API by the operator. The person must be in the coalition.</summary>
    public async Task<HttpClient> PersonAsync(string coalition, string person) => NewClient(await TokenAsync(coalition, person));

    /// <summary>A bearer token of a person, or the token of a sign-in link.</summary>
    public async Task<string> TokenAsync(string coalition, string person, TokenWanted kind = TokenWanted.Bearer, double minutes = 60)
    {
        using var answer = await Operator.PostAsJsonAsync(
            $"/api/coalitions/{coalition}/people/{person}/tokens", new TokenRequest(kind, null, minutes), Json.Options);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<TokenAnswer>(Json.Options))!.Token;
    }

    /// <summary>A client with that token; follows no redirect and keeps no cookies, so that each answer is seen as it is.</summary>
    public HttpClient NewClient(string? token)
    {
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = Address };
        if (token is not null) client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        lock (_clients) _clients.Add(client);
        return client;
    }

    /// <summary>Founds a coalition, or leaves it as it is, and admits a person to it, past the routes.</summary>
    /// <param name="organisation">Made where it is missing; null for an individual expert.</param>
    public async Task AdmitAsync(string coalition, string person, Role role, string? organisation, params Mandate[] mandates)
    {
        var grain = Grains.GetGrain<ICoalitionGrain>(coalition);
        if (await grain.ReadAsync() is null)
            Accept(await grain.RunAsync(new DescribeCoalition(coalition, Policy.NoBlock) { Id = NewId(), By = By.Operator }));
        if (organisation is not null)
            Accept(await grain.RunAsync(new NameOrganisation(organisation, organisation) { Id = NewId(), By = By.Operator }));
        Accept(await grain.RunAsync(
            new AdmitPerson(person, person, organisation, organisation is null ? "Example" : null, role, [.. mandates.Select(mandate => new MandateHeld(mandate, null))])
            {
                Id = NewId(),
                By = By.Operator,
            }));
    }

    /// <summary>A command id that no other has.</summary>
    public Guid NewId() => Guid.CreateVersion7(Services.GetRequiredService<TimeProvider>().GetUtcNow());

    static void Accept(Answer answer) => Assert.Null(answer.Problem);

    async Task StartHostAsync(string url)
    {
        _host = await AnnotateHost.BuildAsync(_settings with { Url = url }, configure: builder =>
        {
            builder.Logging.ClearProviders();
            builder.Logging.AddProvider(Log);
            _configure?.Invoke(builder);
        });
        await _host.StartAsync();
        Address = _host.Addresses.Single();
    }

    async Task StopHostAsync()
    {
        await _host.App.StopAsync();
        await _host.DisposeAsync();
    }
}
