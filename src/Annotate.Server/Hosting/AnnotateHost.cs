using System.Text.Json.Serialization;
using Annotate.Calls;
using Annotate.Server.Access;
using Annotate.Server.Configuring;
using Annotate.Server.Http;
using Annotate.Server.Storage;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Annotate.Server.Hosting;

/// <summary>A server: the web application and the data folder it holds while it lives.</summary>
public sealed partial class AnnotateHost : IAsyncDisposable
{
    readonly DataFolder _folder;

    AnnotateHost(WebApplication app, DataFolder folder, Settings settings, string socket) =>
        (App, _folder, Settings, Socket) = (app, folder, settings, socket);

    public WebApplication App { get; }

    /// <summary>With the data folder's full path.</summary>
    public Settings Settings { get; }

    /// <summary>Path of the private socket.</summary>
    public string Socket { get; }

    /// <summary>The addresses it listens on, the private socket left out; known when it has started.</summary>
    public IEnumerable<Uri> Addresses => App.Urls.Where(url => !url.Contains("://unix:", StringComparison.Ordinal)).Select(url => new Uri(url));

    /// <summary>Puts a server together, holding its data folder. It listens when <see cref="StartAsync"/> has returned.</summary>
    /// <param name="isPrivate">Listens on the private socket only.</param>
    /// <param name="configure">For tests: replaces parts before the server is built.</param>
    /// <exception cref="SettingsException">A setting does not fit.</exception>
    /// <exception cref="DataFolderInUseException">Another server holds the data folder.</exception>
    /// <exception cref="IOException">It cannot listen where it is told to.</exception>
    /// <exception cref="StorageUnusableException">The database or account cannot be reached, or refuses.</exception>
    public static async Task<AnnotateHost> BuildAsync(Settings settings, bool isPrivate = false, Action<WebApplicationBuilder>? configure = null)
    {
        settings.Check();
        var folder = DataFolder.Take(settings.DataFolder);
        WebApplication? app = null;
        try
        {
            settings = settings with { DataFolder = folder.Path };
            var urls = isPrivate ? [] : settings.Urls;
            ListenAddresses.RequireFree(urls);
            ListenAddresses.RequireFree(settings);
            await Profiles.RequireStorageAsync(settings);
            var port = settings is { IsClustered: true, SiloPort: 0 } ? RememberedPort.Find(settings) : null;
            if (port is not null) settings = settings with { SiloPort = port.Port };
            var socket = PrivateSocket.Prepare(folder.Path);
            var builder = NewBuilder();
            NamedProxies.RefuseTrustInAnybody(builder.Configuration);
            ConfigureParts(builder, settings);
            ConfigureWeb(builder, settings, urls, socket);
            configure?.Invoke(builder);
            app = builder.Build();
            app.Services.GetRequiredService<StartLog>().Hold();
            if (port is { Taken: { } taken }) LogPortTaken(app.Logger, taken, port.Port);
            UseParts(app, settings);
            return new AnnotateHost(app, folder, settings, socket);
        }
        catch (Exception failure)
        {
            var refusal = StartRefusal.Of(failure, settings);
            if (app is not null)
            {
                EndLog(app, refusal);
                await app.DisposeAsync();
            }

            folder.Dispose();
            if (refusal == failure) throw;
            throw refusal;
        }
    }

    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            await App.StartAsync(cancellationToken);
        }
        catch (Exception failure)
        {
            var refusal = StartRefusal.Of(failure, Settings);
            EndLog(App, refusal);
            await StopHalfStartedAsync();
            if (refusal == failure) throw;
            throw refusal;
        }

        App.Services.GetRequiredService<StartLog>().Open();
        OwnerOnly.CloseToOthers(Socket);
    }

    // Whoever breaks off a start that takes long wants to know what it was at.
    static void EndLog(WebApplication app, Exception refusal)
    {
        var log = app.Services.GetRequiredService<StartLog>();
        if (StartRefusal.IsToldInWords(refusal) && refusal is not OperationCanceledException) log.Drop();
        else log.Open();
    }

    // What has started already would complain of being torn down under its feet.
    async Task StopHalfStartedAsync()
    {
        try
        {
            await App.StopAsync(CancellationToken.None);
        }
        catch (InvalidOperationException)
        {
            // A silo that did not come up refuses to stop. Why it did not is what the caller hears.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>A builder that reads appsettings.json beside the executable, and the environment.</summary>
    internal static WebApplicationBuilder NewBuilder() => WebApplication.CreateBuilder(new WebApplicationOptions
    {
        ApplicationName = typeof(AnnotateHost).Assembly.GetName().Name,
        ContentRootPath = AppContext.BaseDirectory,
        // Nothing here can change while it runs, and watching files costs a handle each.
        Args = ["--hostBuilder:reloadConfigOnChange=false"],
    });

    static void ConfigureParts(WebApplicationBuilder builder, Settings settings)
    {
        var services = builder.Services;
        services.AddSingleton(settings);
        services.TryAddSingleton(TimeProvider.System);
        builder.UseOrleans(silo => silo.Use(settings));
        services.AddSingleton<BuiltPages>();
        services.AddAccess();
        services.AddHostedService<StorageOrigin>();
        services.AddSingleton<OperatorToken>().AddHostedService(provider => provider.GetRequiredService<OperatorToken>());
        services.AddParts(settings);
        services.AddLogScrubbing();
        services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(settings.StopSeconds));
    }

    static void ConfigureWeb(WebApplicationBuilder builder, Settings settings, string[] urls, string socket)
    {
        builder.WebHost.UseUrls([.. urls, "http://unix:" + socket]);
        builder.WebHost.ConfigureKestrel(Limit);
        builder.Services.Configure<SocketTransportOptions>(options => options.UnsafePreferInlineScheduling = settings.InlineScheduling);
        builder.Services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        // A member nobody knows is a mistake: a red line that was misspelt must not be lost without a word.
        builder.Services.ConfigureHttpJsonOptions(options => Json.Set(options.SerializerOptions).UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow);
        builder.Services.AddOpenApi("v1", ApiDescription.Configure);
    }

    static void Limit(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = Limits.RequestBodyBytesMax;
        kestrel.Limits.MaxConcurrentConnections = Limits.ConnectionsMax;
        kestrel.Limits.MaxConcurrentUpgradedConnections = Limits.ConnectionsMax;
    }

    static void UseParts(WebApplication app, Settings settings)
    {
        app.UseNamedProxies(settings);
        app.UseSecurityHeaders();
        app.UseMiddleware<ProblemMiddleware>();
        app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = TimeSpan.FromSeconds(Limits.SocketPingSeconds) });
        UsePages(app);
        app.UseRouting();
        app.UseAccess();
        app.Use(CheckedAddress.RefuseAsync);
        app.MapOpenApi("/openapi/v1.json").Requires(Right.Anyone);
        app.MapParts();
    }

    static void UsePages(WebApplication app)
    {
        if (app.Services.GetRequiredService<BuiltPages>().Files is not { } files) return;
        // Its redirection to a folder's page would be an absolute address, with whatever Host the request came with.
        app.UseDefaultFiles(new DefaultFilesOptions { FileProvider = files, RedirectToAppendTrailingSlash = false });
        app.UseStaticFiles(new StaticFileOptions { FileProvider = files });
    }

    [LoggerMessage(LogLevel.Warning, "The port {Taken}, on which other servers reached this one, is taken; they reach it on {Port} now")]
    static partial void LogPortTaken(ILogger logger, int taken, int port);
}
