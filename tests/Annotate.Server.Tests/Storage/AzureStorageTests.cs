using Annotate.Server.Storage;
using Azure.Storage.Blobs.Models;
using Orleans.Storage;

namespace Annotate.Server.Tests.Storage;

/// <summary>Orleans' blob provider, on Azurite.</summary>
public sealed class AzureStorageTests(AzuriteFixture azurite) : StorageContract
{
    AzureAccount account = null!;

    protected override int RacedKeys => 25;

    protected override int ManyGrains => 5;

    public override async ValueTask InitializeAsync() => account = await azurite.NewAccountAsync();

    protected override async Task<(IGrainStorage, IAsyncDisposable)> OpenOnce()
    {
        var provider = await LoneProvider.StartAsync(account);
        return (provider.Storage, provider);
    }

    protected override async Task HarmAsync(string name, Harm harm)
    {
        var container = account.Connect().Blobs.GetBlobContainerClient(account.Container);
        var found = new List<string>();
        await foreach (var blob in container.GetBlobsAsync(new GetBlobsOptions { Prefix = name }, Cancel)) found.Add(blob.Name);
        var only = container.GetBlobClient(Assert.Single(found));
        var bytes = (await only.DownloadContentAsync(Cancel)).Value.Content.ToArray();
        byte[] harmed = harm switch
        {
            Harm.Zeroed => new byte[bytes.Length],
            Harm.CutShort => bytes[..10],
            _ => [],
        };
        await only.UploadAsync(new BinaryData(harmed), overwrite: true, Cancel);
    }
}
