using Annotate.Journals;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Annotate.Server.Storage;

/// <summary>
/// Of all that Azure does not find, only a blob may be missing. The provider takes every 404 for a record that was never written: without its
/// container everything would be opened empty, and the next write would make the container anew.
/// </summary>
sealed class AbsentBlobsOnly : HttpPipelinePolicy
{
    const string ErrorCode = "x-ms-error-code";

    /// <inheritdoc/>
    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        ProcessNext(message, pipeline);
        Require(message);
    }

    /// <inheritdoc/>
    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        await ProcessNextAsync(message, pipeline).ConfigureAwait(false);
        Require(message);
    }

    static void Require(HttpMessage message)
    {
        if (message.Response.Status != StatusCodes.Status404NotFound) return;
        var code = message.Response.Headers.TryGetValue(ErrorCode, out var said) ? said : "without a reason";
        if (code == "BlobNotFound") return;
        // A query would hold a signature that lets in.
        throw new StorageUnavailableException($"{message.Request.Uri.ToUri().GetLeftPart(UriPartial.Path)} is not found ({code}): the container of the records is missing.");
    }
}
