#if AZURE
using System.Net;
using Annotate.Journals;
using Azure.Data.Tables;
using Azure.Storage.Blobs;

namespace Annotate.Server.Hosting;

/// <summary>Everything in a storage account: blobs for the records, tables for membership and reminders.</summary>
static class AzureProfile
{
    const string Container = "annotate-records";

    public static void Use(ISiloBuilder silo, Settings settings)
    {
        var tables = new TableServiceClient(settings.Azure);
        // A version that Azurite also knows; the records need nothing newer.
        var blobs = new BlobServiceClient(settings.Azure, new BlobClientOptions(BlobClientOptions.ServiceVersion.V2025_11_05));
        silo.ConfigureEndpoints(IPAddress.Parse(settings.SiloAddress), Profiles.PortFor(settings), settings.GatewayPort);
        silo.UseAzureStorageClustering(options => options.TableServiceClient = tables);
        silo.UseAzureTableReminderService(options => options.TableServiceClient = tables);
        silo.AddAzureBlobGrainStorage(Profiles.ProviderName, options =>
        {
            options.BlobServiceClient = blobs;
            options.ContainerName = Container;
            options.GrainStorageSerializer = new JournalRecordSerializer();
        });
    }
}
#endif
