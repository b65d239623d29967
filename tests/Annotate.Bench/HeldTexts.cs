using System.Net;
using System.Net.Sockets;
using Annotate.Deciding;
using Annotate.Grains;
using Annotate.Server.Storage;
using Annotate.Statements;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;

namespace Annotate.Bench;

/// <summary>What texts cost that a server holds: the grains of sections on a real silo, with their journals in a real file.</summary>
static class HeldTexts
{
    const int EditsPerCall = 4;

    /// <summary>Has so many texts typed, edit by edit, and gives the bytes by which the process grew for each.</summary>
    /// <param name="resident">How large the process is.</param>
    public static async Task<double> MeasureAsync(byte[][] typed, int texts, Func<long> resident)
    {
        using var folder = new TemporaryFolder();
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.ClearProviders();
        builder.UseOrleans(silo => silo
            .UseLocalhostClustering(FreePort(), FreePort())
            .UseInMemoryReminderService()
            .AddSqliteGrainStorage(JournalledGrain<SectionState>.StorageName, options => options.Path = Path.Combine(folder.Path, "texts.db")));
        builder.Services.AddSingleton(TimeProvider.System);
        using var host = builder.Build();
        await host.StartAsync();
        var grains = host.Services.GetRequiredService<IGrainFactory>();
        // The first ones pay for what the process needs once.
        await TypeAsync(grains, "first", typed, texts);
        await grains.GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.Zero);
        var before = resident();
        await TypeAsync(grains, "measured", typed, texts);
        var bytes = (resident() - before) / (double)texts;
        await host.StopAsync();
        return bytes;
    }

    static Task TypeAsync(IGrainFactory grains, string name, byte[][] typed, int texts) => Task.WhenAll(Enumerable.Range(0, texts).Select(async number =>
    {
        var text = grains.GetGrain<ISectionGrain>($"bench/{name}/{number}");
        var by = new By($"writer-{number}", null);
        foreach (var edits in typed.Chunk(EditsPerCall))
        {
            var outcomes = await text.EditAsync(new Immutable<Edit[]>(Array.ConvertAll(edits, update => new Edit(update, by, number + 1))));
            if (Array.Exists(outcomes, outcome => outcome.Status != EditStatus.Durable)) throw new InvalidDataException("An edit was not taken.");
        }
    }));

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
