using Azure;
using Azure.Core;
using Azure.Data.Tables;
using Azure.Identity;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace Annotate.Server.Storage;

/// <summary>
/// The first look at a storage account, before anything is started on it: makes the container and the tables where they are missing, and tries
/// whether writing is allowed, without writing anything. The clients that serve later try for longer; this one gives up in seconds.
/// </summary>
static class AzureStart
{
    // No record and no row of anybody has this name or this ETag.
    const string Nobody = "annotate-start-check";

    const string Needed = "Needed are the rights to make, read, write and delete blobs and rows:"
        + " for an identity, the roles Storage Blob Data Contributor and Storage Table Data Contributor.";

    /// <summary>Whether the container of the records is there.</summary>
    /// <exception cref="StorageUnusableException">The account cannot be reached, or refuses; says which and what to do.</exception>
    public static async Task<bool> HasContainerAsync(AzureAccount account, CancellationToken cancellation = default)
    {
        var container = account.Connect(AskOnceMore).Blobs.GetBlobContainerClient(account.Container);
        var isThere = false;
        await TryAsync(container.Uri, async stop => isThere = await container.ExistsAsync(stop).ConfigureAwait(false), cancellation).ConfigureAwait(false);
        return isThere;
    }

    /// <exception cref="StorageUnusableException">The account cannot be reached, or refuses; says which and what to do.</exception>
    public static async Task EnsureAsync(AzureAccount account, CancellationToken cancellation = default)
    {
        var (blobs, tables) = account.Connect(AskOnceMore);
        await EnsureContainerAsync(blobs.GetBlobContainerClient(account.Container), cancellation).ConfigureAwait(false);
        foreach (var table in new[] { account.SilosTable, account.RemindersTable })
            await EnsureTableAsync(tables.GetTableClient(table), cancellation).ConfigureAwait(false);
    }

    static void AskOnceMore(ClientOptions options)
    {
        options.Retry.MaxRetries = 1;
        options.Retry.Delay = TimeSpan.FromMilliseconds(Limits.StorageFirstRetryMilliseconds);
    }

    static async Task EnsureContainerAsync(BlobContainerClient container, CancellationToken cancellation)
    {
        var overwriteNobody = new BlobUploadOptions { Conditions = new BlobRequestConditions { IfMatch = new ETag("\"0x0\"") } };
        await TryAsync(container.Uri, async stop =>
        {
            await container.CreateIfNotExistsAsync(cancellationToken: stop).ConfigureAwait(false);
            await container.GetBlobClient(Nobody).UploadAsync(BinaryData.Empty, overwriteNobody, stop).ConfigureAwait(false);
        }, cancellation).ConfigureAwait(false);
    }

    static Task EnsureTableAsync(TableClient table, CancellationToken cancellation) => TryAsync(table.Uri, async stop =>
    {
        await table.CreateIfNotExistsAsync(stop).ConfigureAwait(false);
        await table.UpdateEntityAsync(new TableEntity(Nobody, Nobody), ETag.All, cancellationToken: stop).ConfigureAwait(false);
    }, cancellation);

    static async Task TryAsync(Uri place, Func<CancellationToken, Task> ask, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(TimeSpan.FromSeconds(Limits.StorageFirstAnswerSeconds));
        // A query would hold a signature that lets in.
        var where = place.GetLeftPart(UriPartial.Path);
        try
        {
            // Looking for an identity starts programs and asks other services, which do not all listen to the token.
            await ask(limit.Token).WaitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (RequestFailedException known) when (IsAboutNobody(known))
        {
            // There is nothing to overwrite, which is the answer of somebody who lets us write.
        }
        catch (RequestFailedException failure)
        {
            throw new StorageUnusableException(Words(failure, where), failure);
        }
        catch (AuthenticationFailedException failure)
        {
            throw new StorageUnusableException($"There is no identity for {where}: {StorageUnusableException.FirstLine(failure.Message)}", failure);
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested && failure is OperationCanceledException or AggregateException)
        {
            var reason = failure is OperationCanceledException ? $"no answer within {Limits.StorageFirstAnswerSeconds} s" : Reason(failure);
            throw new StorageUnusableException($"{where} cannot be reached: {reason}. Check the address and the network.", failure);
        }
    }

    static bool IsAboutNobody(RequestFailedException failure) =>
        failure.Status == StatusCodes.Status412PreconditionFailed || failure.ErrorCode is "BlobNotFound" or "ResourceNotFound" or "EntityNotFound";

    static string Words(RequestFailedException failure, string where) => failure.Status switch
    {
        0 => $"{where} cannot be reached: {Reason(failure)}. Check the address and the network.",
        StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden when failure.ErrorCode is "AuthenticationFailed" or "InvalidAuthenticationInfo" =>
            $"{where} does not take the key, signature or token ({failure.ErrorCode}). Check it, and this machine's clock.",
        StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden => $"{where} refuses ({failure.ErrorCode}): what is shown to it is wrong, or lacks rights. {Needed}",
        StatusCodes.Status409Conflict => $"{where} is not to be had at the moment ({failure.ErrorCode}). Try again in a minute.",
        _ => $"{where} answers {failure.Status} ({failure.ErrorCode}): {StorageUnusableException.FirstLine(failure.Message)}",
    };

    static string Reason(Exception failure)
    {
        while (failure.InnerException is { } inner) failure = inner;
        return StorageUnusableException.FirstLine(failure.Message).TrimEnd('.');
    }
}
