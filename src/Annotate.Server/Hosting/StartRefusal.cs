using System.Security.Cryptography;
using Annotate.Journals;
using Annotate.Server.Configuring;
using Annotate.Server.Storage;

namespace Annotate.Server.Hosting;

/// <summary>Why a server does not start, in a line for whoever starts it.</summary>
static class StartRefusal
{
    const string WebServer = "Microsoft.AspNetCore.Server.Kestrel.Core";

    /// <summary>Whether what it says is enough: a stack trace would hide it. Anything else is a fault of ours, and is shown whole.</summary>
    public static bool IsToldInWords(Exception failure) =>
        failure is SettingsException or IOException or UnauthorizedAccessException or OperationCanceledException or InvalidDataException or StorageUnusableException
            or JournalDamagedException or StorageFullException or StorageUnavailableException or Npgsql.NpgsqlException or Microsoft.Data.Sqlite.SqliteException;

    /// <summary>The failure itself, or one that tells it better.</summary>
    public static Exception Of(Exception failure, Settings settings)
    {
        if (IsAboutCertificate(failure) && Array.Find(settings.Urls, IsSecure) is { } url)
        {
            return new SettingsException(
                $"HTTPS on {url} needs a certificate: {StorageUnusableException.FirstLine(failure.Message)} Name its file in Kestrel__Certificates__Default__Path, with __Password or __KeyPath;"
                + " or leave HTTPS to a proxy (deploy/README.md, \"Behind a proxy\").");
        }

        // What lies deeper says more: a journal failed because the disk is full. A fault of ours that came of it is shown with where it was.
        for (var reason = failure; reason is not null; reason = IsWrapping(reason) ? reason.InnerException : null)
        {
            if (reason is StorageFullException || StorageFaults.IsFull(reason)) return new StorageFullException($"{reason.Message} Make room, and start again.", failure);
            if (reason is Microsoft.Data.Sqlite.SqliteException && StorageFaults.IsDamage(reason)) return new JournalDamagedException($"{reason.Message} {PutBack}", failure);
            if (IsToldInWords(reason)) return reason;
        }

        return failure;
    }

    /// <summary>What to do about data that is not as it was.</summary>
    internal const string PutBack = "Put a copy back (deploy/README.md, \"Put a copy back\").";

    static bool IsSecure(string url) => url.StartsWith("https:", StringComparison.OrdinalIgnoreCase);

    // These say only that something failed.
    static bool IsWrapping(Exception failure) => failure is AggregateException or JournalFailedException or OrleansException;

    // Any other file may be missing as well.
    static bool IsAboutCertificate(Exception failure) => failure switch
    {
        CryptographicException or InvalidOperationException { Source: WebServer } => true,
        FileNotFoundException or DirectoryNotFoundException => failure.StackTrace?.Contains(WebServer, StringComparison.Ordinal) == true,
        _ => false,
    };
}
