using Annotate.Following;
using Annotate.Server.Access;
using Annotate.Text;

namespace Annotate.Server.Live;

/// <summary>
/// Awareness that points into text which is still on its way to the disk: whoever heard of its client ids could write under them first. So
/// it waits for the text; of each connection the last word. Knows which client ids are written under, as far as the grain was asked.
/// </summary>
/// <param name="stateVector">Asks what the text holds.</param>
sealed class EarlyAwareness(Func<Task<byte[]>> stateVector, ILogger logger)
{
    readonly Lock _lock = new();
    readonly Dictionary<long, (EarlyWord Word, long WaitsFor)> _waiting = [];
    ClientClock[] _written = [];
    long _askedAt = long.MinValue;
    Task<bool> _asking = Task.FromResult(true);

    public ReadOnlySpan<ClientClock> Written => Volatile.Read(ref _written);

    /// <summary>Whether something waits.</summary>
    public bool IsAny
    {
        get
        {
            lock (_lock) return _waiting.Count > 0;
        }
    }

    /// <summary>Asks what is written, once for each version of the text however many ask.</summary>
    /// <returns>False when that is known already, or there was no answer.</returns>
    public async Task<bool> TryAskAsync(long version)
    {
        for (var hasAsked = false; ; hasAsked = true)
        {
            Task<bool> asking;
            lock (_lock)
            {
                if (_asking.IsCompleted)
                {
                    if (_askedAt >= version) return hasAsked;
                    _askedAt = version;
                    _asking = AskAsync();
                }

                asking = _asking;
            }

            if (!await asking) return hasAsked;
        }
    }

    /// <summary>Takes what may be told of a word, and keeps the word if some of it has to wait.</summary>
    /// <returns>What is to be told.</returns>
    public AwarenessNotice? Take(EarlyWord word, Saying saying, Func<byte[], EarlyWord, AwarenessNotice?> take)
    {
        // All under the lock: a connection that goes is forgotten here first, and what was taken of it is taken back afterwards.
        lock (_lock)
        {
            if (saying.WaitsFor is { } id) _waiting[word.Origin] = (word with { Update = word.Update.ToArray() }, id);
            else _waiting.Remove(word.Origin);
            return saying.Told is { } told ? take(told, word) : null;
        }
    }

    /// <summary>Takes what waited for text that is written now.</summary>
    /// <returns>What is to be told.</returns>
    public AwarenessNotice[] TakeWritten(Func<byte[], EarlyWord, AwarenessNotice?> take)
    {
        lock (_lock)
        {
            var written = _waiting.Values.Where(waiting => ClientClocks.Of(Written, waiting.WaitsFor) > 0).Select(waiting => waiting.Word).ToArray();
            return [.. written.Select(word => Take(word, AwarenessState.Said(word.Update, word.Standing, Written), take)).OfType<AwarenessNotice>()];
        }
    }

    /// <summary>The connection has gone.</summary>
    public void Forget(long origin)
    {
        lock (_lock) _waiting.Remove(origin);
    }

    async Task<bool> AskAsync()
    {
        // Elsewhere: the lock is held until the task is known.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            if (ClientClocks.TryRead(await stateVector(), out var written, out _)) Volatile.Write(ref _written, written);
            return true;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // Asked again at the next renewal, or by whoever says something before that, although no version may have come by then.
            logger.LogInformation(exception, "What a text holds could not be asked for");
            lock (_lock) _askedAt = long.MinValue;
            return false;
        }
    }
}

/// <summary>What a connection says of itself.</summary>
/// <param name="Update">An awareness update.</param>
sealed record EarlyWord(ReadOnlyMemory<byte> Update, Standing Standing, long Origin);
