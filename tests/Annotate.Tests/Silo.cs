using System.Net;
using System.Net.Sockets;
using Annotate.Deciding;
using Annotate.Following;
using Annotate.Grains;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Storage;

namespace Annotate.Tests;

/// <summary>A silo in this process, with its journals in the given storage and its reminders in the given table.</summary>
sealed class Silo : IAsyncDisposable
{
    readonly IHost _host;

    Silo(IHost host) => _host = host;

    public IGrainFactory Grains => _host.Services.GetRequiredService<IGrainFactory>();

    public IReminderTable Reminders => _host.Services.GetRequiredService<IReminderTable>();

    public static async Task<Silo> StartAsync(IGrainStorage storage, TimeProvider? clock = null)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.ClearProviders();
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(FreePort(), FreePort());
            silo.UseInMemoryReminderService();
        });
        builder.Services.AddSingleton(clock ?? TimeProvider.System);
        builder.Services.AddKeyedSingleton(JournalledGrain<Annotate.Threads.ThreadState>.StorageName, storage);
        var host = builder.Build();
        await host.StartAsync();
        return new Silo(host);
    }

    /// <summary>The entries of a grain's journal after a version, or all, as they come to whoever follows it from there.</summary>
    public async Task<IReadOnlyList<Entry>> HistoryAsync(ITopicGrain grain, long since = 0)
    {
        var observer = Grains.CreateObjectReference<ITopicObserver>(new Nobody());
        var answer = await grain.FollowAsync(observer, since);
        await grain.UnfollowAsync(observer);
        Assert.Null(answer.State);
        return answer.Entries;
    }

    public async ValueTask DisposeAsync()
    {
        // Cancelled from the start: a silo that dies does not finish its work.
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        try
        {
            await _host.StopAsync(now.Token);
        }
        catch (OperationCanceledException)
        {
            // It was told to.
        }

        _host.Dispose();
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    sealed class Nobody : ITopicObserver
    {
        public Task ChangedAsync(TopicNotice notice) => Task.CompletedTask;

        public Task AwareAsync(AwarenessNotice notice) => Task.CompletedTask;

        public Task LeftAsync() => Task.CompletedTask;
    }
}
