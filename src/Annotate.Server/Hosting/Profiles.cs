using System.Net;
using System.Net.Sockets;
using Annotate.Access;
using Annotate.Deciding;
using Annotate.Server.Storage;
using Orleans.Configuration;

namespace Annotate.Server.Hosting;

/// <summary>Where the grains keep their records, and how servers find each other.</summary>
static class Profiles
{
    const string StorageFile = "annotate.db";

    /// <summary>All journals share one storage.</summary>
    internal const string StorageName = JournalledGrain<RevocationState>.StorageName;

    public static void Use(this ISiloBuilder silo, Settings settings)
    {
        // Other providers keep records under the service's name, so it must stay the same for ever.
        silo.Configure<ClusterOptions>(options => (options.ServiceId, options.ClusterId) = ("annotate", settings.Cluster));
        switch (settings.Profile)
        {
            case Profile.Sqlite:
                UseSqlite(silo, settings);
                break;
            case Profile.Postgres:
                UsePostgres(silo, settings);
                break;
#if AZURE
            case Profile.Azure:
                AzureProfile.Use(silo, settings);
                break;
#endif
            default:
                throw new SettingsException($"There is no profile {settings.Profile} in this build.");
        }
    }

    static void UseSqlite(ISiloBuilder silo, Settings settings)
    {
        // One process: the port for others of a cluster cannot be left out, so it is open to this machine only.
        silo.UseLocalhostClustering(PortFor(settings), gatewayPort: 0, serviceId: "annotate", clusterId: settings.Cluster);
        silo.Configure<EndpointOptions>(options => options.GatewayPort = 0);
        silo.AddSqliteGrainStorage(StorageName, options => options.Path = Path.Combine(settings.DataFolder, StorageFile));
        silo.AddSqliteReminders(StorageName);
    }

    static void UsePostgres(ISiloBuilder silo, Settings settings)
    {
        var database = settings.Postgres!;
        silo.ConfigureEndpoints(IPAddress.Parse(settings.SiloAddress), PortFor(settings), settings.GatewayPort);
        silo.UsePostgresClustering(database);
        silo.AddPostgresReminders(database);
        silo.AddPostgresGrainStorage(StorageName, database);
    }

    internal static int PortFor(Settings settings)
    {
        if (settings.SiloPort != 0) return settings.SiloPort;
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Parse(settings.SiloAddress), 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }
}
