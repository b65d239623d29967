using Orleans.Storage;

namespace Annotate.Journals;

/// <summary>
/// Writes a <see cref="JournalRecord"/> to grain storage as its bare bytes and reads it back so. Set explicitly on every provider, since
/// the default of Orleans is JSON.
/// </summary>
public sealed class JournalRecordSerializer : IGrainStorageSerializer
{
    /// <summary>The record's bytes, not copied: nobody changes them once a write has been asked for.</summary>
    /// <exception cref="NotSupportedException"><paramref name="input"/> is not a <see cref="JournalRecord"/>.</exception>
    public BinaryData Serialize<T>(T? input) =>
        input is JournalRecord record ? new BinaryData(record.Bytes) : throw Foreign(typeof(T));

    /// <summary>A record with a copy of the bytes given, which are the provider's: some lend an array from a pool and take it back right after.</summary>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is not <see cref="JournalRecord"/>.</exception>
    public T Deserialize<T>(BinaryData input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return typeof(T) == typeof(JournalRecord) ? (T)(object)new JournalRecord { Bytes = input.ToArray() } : throw Foreign(typeof(T));
    }

    static NotSupportedException Foreign(Type type) =>
        new($"Grain storage keeps {nameof(JournalRecord)} only, not {type.FullName}: grains persist through their journal.");
}
