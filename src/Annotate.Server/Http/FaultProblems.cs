using Annotate.Journals;
using Annotate.Server.Storage;

namespace Annotate.Server.Http;

/// <summary>
/// What a failure inside means to whoever asked: that something stored is damaged, that there is no room, or that a part of the server is away
/// and the same may be asked again.
/// </summary>
static class FaultProblems
{
    /// <returns>Null where nothing is known of it: a fault of ours.</returns>
    public static Problem? Of(Exception failure)
    {
        // What lies deeper says more: a journal that failed did so because the disk is full. (Requests, too, are read with InvalidDataException.)
        var all = Chain(failure);
        return all.Exists(each => each is JournalDamagedException || (StorageFaults.IsDamage(each) && each is not InvalidDataException)) ? Problem.Damaged
            : all.Exists(each => each is StorageFullException || StorageFaults.IsFull(each)) ? Problem.StorageFull
            : all.OfType<ProblemException>().FirstOrDefault() is { } told ? told.Told
            : all.Exists(each => each is JournalBusyException) ? Problem.Busy
            : all.Exists(IsAway) ? Problem.Unavailable
            : null;
    }

    /// <summary>For the log: what is at the bottom of it, in a line.</summary>
    public static string Reason(Exception failure) => $"{Chain(failure)[^1].GetType().Name}: {StorageUnusableException.FirstLine(Chain(failure)[^1].Message)}";

    // A silo that went takes its grains along, and they come back elsewhere; until then calls are rejected, or time out.
    static bool IsAway(Exception failure) =>
        failure is StorageUnavailableException or JournalFailedException or OrleansException or TimeoutException || StorageFaults.IsAway(failure);

    static List<Exception> Chain(Exception? failure)
    {
        var all = new List<Exception>();
        for (; failure is not null; failure = failure.InnerException) all.Add(failure);
        return all;
    }
}

/// <summary>A failure that says itself what it means to whoever asked.</summary>
public abstract class ProblemException(string message, Exception cause) : Exception(message, cause)
{
    /// <summary>What they are told.</summary>
    public abstract Problem Told { get; }
}
