using Azure.Core;
using Azure.Data.Tables;
using Azure.Identity;
using Azure.Storage.Blobs;

namespace Annotate.Server.Storage;

/// <summary>A storage account: how to reach it, and what in it is ours.</summary>
/// <remarks>Either a connection string, or the addresses of both services and an identity of Microsoft Entra.</remarks>
sealed record AzureAccount
{
    /// <summary>With a key or a shared access signature; null with an identity.</summary>
    public string? ConnectionString { get; init; }

    /// <summary>The blob service's address, without a query.</summary>
    public Uri? Blobs { get; init; }

    /// <summary>The table service's address, without a query.</summary>
    public Uri? Tables { get; init; }

    /// <summary>Client id of a managed identity that was assigned; null for whichever identity the surroundings offer.</summary>
    public string? ClientId { get; init; }

    public required string Container { get; init; }

    public required string SilosTable { get; init; }

    public required string RemindersTable { get; init; }

    /// <summary>The table service's address beside a blob service's, where the two names follow Azure's own pattern.</summary>
    public static Uri? TablesBeside(Uri blobs) => blobs.Host.Split('.') is [var name, "blob", .. var rest]
        ? new UriBuilder(blobs) { Host = string.Join('.', [name, "table", .. rest]) }.Uri
        : null;

    /// <param name="configure">Sets what both clients have in common.</param>
    /// <exception cref="FormatException">The connection string is none.</exception>
    /// <exception cref="ArgumentException">The connection string is none.</exception>
    /// <exception cref="InvalidOperationException">The connection string is none.</exception>
    public (BlobServiceClient Blobs, TableServiceClient Tables) Connect(Action<ClientOptions>? configure = null)
    {
        // A version that Azurite knows, too; the records need nothing newer.
        var blobOptions = new BlobClientOptions(BlobClientOptions.ServiceVersion.V2025_11_05);
        var tableOptions = new TableClientOptions();
        configure?.Invoke(blobOptions);
        configure?.Invoke(tableOptions);
        if (ConnectionString is { } words) return (new(words, blobOptions), new(words, tableOptions));
        var identity = Identity();
        return (new(Blobs!, identity, blobOptions), new(Tables!, identity, tableOptions));
    }

    TokenCredential Identity() => ClientId is { } id
        ? new ManagedIdentityCredential(ManagedIdentityId.FromUserAssignedClientId(id))
        : new DefaultAzureCredential();
}
