using Annotate.Journals;
using Azure.Core;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Orleans.Clustering.AzureStorage;
using Orleans.Configuration;
using Orleans.Reminders.AzureStorage;

namespace Annotate.Server.Storage;

/// <summary>Adds Orleans' own Azure providers to a silo: blobs for the records, tables for the list of silos and the reminders.</summary>
static class AzureStorageHosting
{
    /// <summary>Keeps the records of the storage called <paramref name="name"/>, the list of silos and the reminders in the account.</summary>
    public static ISiloBuilder UseAzureAccount(this ISiloBuilder silo, string name, AzureAccount account)
    {
        var (blobs, tables) = account.Connect(Serve);
        silo.UseAzureStorageClustering(options => Configure(options, tables, account));
        silo.UseAzureTableReminderService(options => Configure(options, tables, account));
        silo.AddAzureBlobGrainStorage(name, options => Configure(options, blobs, account));
        return silo;
    }

    static void Serve(ClientOptions options)
    {
        options.Retry.NetworkTimeout = TimeSpan.FromSeconds(Limits.StorageAnswerSeconds);
        if (options is BlobClientOptions) options.AddPolicy(new AbsentBlobsOnly(), HttpPipelinePosition.PerCall);
    }

    internal static void Configure(AzureStorageClusteringOptions options, TableServiceClient tables, AzureAccount account) =>
        (options.TableServiceClient, options.TableName) = (tables, account.SilosTable);

    internal static void Configure(AzureTableReminderStorageOptions options, TableServiceClient tables, AzureAccount account) =>
        (options.TableServiceClient, options.TableName) = (tables, account.RemindersTable);

    internal static void Configure(AzureBlobStorageOptions options, BlobServiceClient blobs, AzureAccount account)
    {
        options.BlobServiceClient = blobs;
        options.ContainerName = account.Container;
        options.GrainStorageSerializer = new JournalRecordSerializer();
    }
}
