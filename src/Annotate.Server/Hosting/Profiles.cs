using System.Net;
using System.Net.Sockets;
using Annotate.Access;
using Annotate.Grains;
using Annotate.Server.Configuring;
using Annotate.Server.Storage;
using Orleans.Configuration;

namespace Annotate.Server.Hosting;

/// <summary>Where the grains keep their records, and how servers find each other.</summary>
static class Profiles
{
    const string StorageFile = "annotate.db";

    /// <summary>All journals share one storage.</summary>
    const string StorageName = JournalledGrain<RevocationState>.StorageName;

    // The provider's own name: grains reach it by the other one, under which its failures are told in the journal's words.
    internal const string ProviderName = StorageName + ".provider";

    public static void Use(this ISiloBuilder silo, Settings settings)
    {
        // Other providers keep records under the service's name, so it must stay the same for ever.
        silo.Configure<ClusterOptions>(options => (options.ServiceId, options.ClusterId) = ("annotate", settings.Cluster));
        silo.AddToldStorage(StorageName, ProviderName);
        if (settings.IsClustered) silo.UseMembership();
        switch (settings.Profile)
        {
            case Profile.Sqlite:
                UseSqlite(silo, settings);
                break;
            case Profile.Postgres:
                UsePostgres(silo, settings);
                break;
            case Profile.Azure:
                silo.ConfigureEndpoints(IPAddress.Parse(settings.SiloAddress), PortFor(settings), settings.GatewayPort);
                silo.UseAzureAccount(ProviderName, AzureProfile.AccountOf(settings));
                break;
            default:
                throw new SettingsException($"There is no profile {settings.Profile}.");
        }
    }

    /// <summary>
    /// Opens the storage once, before anything is started, and makes its tables where it has none: what is wrong with it is then said in a
    /// line, and not by every part that fails to start.
    /// </summary>
    public static async Task RequireStorageAsync(Settings settings)
    {
        if (settings.Profile == Profile.Postgres) await PostgresSchema.EnsureAsync(settings.Postgres!);
        if (settings.Profile == Profile.Azure) await RequireAccountAsync(settings, AzureProfile.AccountOf(settings));
        if (settings.Profile != Profile.Sqlite) return;
        StorageOrigin.RequireFile(settings, FileOf(settings));
        await SqliteStore.Open(FileOf(settings)).DisposeAsync();
    }

    static async Task RequireAccountAsync(Settings settings, AzureAccount account)
    {
        // Servers that run take a container that is made anew for what they know, and Azure brings a deleted one back only while its name is free.
        if (!StorageOrigin.MayBeNew(settings) && !await AzureStart.HasContainerAsync(account))
            throw StorageOrigin.Foreign(settings, $"the container {account.Container} is missing");
        await AzureStart.EnsureAsync(account);
    }

    /// <summary>The storage file of the profile Sqlite.</summary>
    internal static string FileOf(Settings settings) => Path.Combine(settings.DataFolder, StorageFile);

    static void UseSqlite(ISiloBuilder silo, Settings settings)
    {
        // One process: the port for others of a cluster cannot be left out, so it is open to this machine only.
        silo.UseLocalhostClustering(PortFor(settings), gatewayPort: 0, serviceId: "annotate", clusterId: settings.Cluster);
        silo.Configure<EndpointOptions>(options => options.GatewayPort = 0);
        silo.AddSqliteGrainStorage(ProviderName, options => options.Path = FileOf(settings));
        silo.AddSqliteReminders(ProviderName);
    }

    static void UsePostgres(ISiloBuilder silo, Settings settings)
    {
        var database = settings.Postgres!;
        silo.ConfigureEndpoints(IPAddress.Parse(settings.SiloAddress), PortFor(settings), settings.GatewayPort);
        silo.UsePostgresClustering(database);
        silo.AddPostgresReminders(database);
        silo.AddPostgresGrainStorage(ProviderName, database);
    }

    static int PortFor(Settings settings)
    {
        // One of a cluster has found its own by now.
        if (settings.SiloPort != 0) return settings.SiloPort;
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }
}
