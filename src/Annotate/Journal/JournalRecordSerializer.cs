using System.Runtime.InteropServices;
using Orleans.Storage;

namespace Annotate.Journals;

/// <summary>
/// Writes a <see cref="JournalRecord"/> to grain storage as its bare bytes and reads it back so. Set explicitly on every provider, since
/// the default of Orleans is JSON.
/// </summary>
public sealed class JournalRecordSerializer : IGrainStorageSerializer
{
    /// <summary>The record's bytes, not copied.</summary>
    /// <exception cref="NotSupportedException"><paramref name="input"/> is not a <see cref="JournalRecord"/>.</exception>
    public BinaryData Serialize<T>(T? input) =>
        input is JournalRecord record ? new BinaryData(record.Bytes) : throw Foreign(typeof(T));

    /// <summary>A record that holds the bytes given, without a copy where they are a whole array already.</summary>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is not <see cref="JournalRecord"/>.</exception>
    public T Deserialize<T>(BinaryData input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return typeof(T) == typeof(JournalRecord) ? (T)(object)new JournalRecord { Bytes = Whole(input) } : throw Foreign(typeof(T));
    }

    // BinaryData.ToArray copies always; the providers hand over an array of exactly the stored length, which nobody else holds.
    static byte[] Whole(BinaryData input)
    {
        var memory = input.ToMemory();
        var isWholeArray = MemoryMarshal.TryGetArray(memory, out var segment) && segment.Array is { } array && array.Length == memory.Length;
        return isWholeArray ? segment.Array! : memory.ToArray();
    }

    static NotSupportedException Foreign(Type type) =>
        new($"Grain storage keeps {nameof(JournalRecord)} only, not {type.FullName}: grains persist through their journal.");
}
