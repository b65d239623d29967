using System.Buffers;

namespace Annotate.Journals;

/// <summary>A grain's state, as its journal rebuilds and captures it.</summary>
/// <remarks>
/// An entry that can be decoded but makes no sense any more is skipped, and <see cref="TryApply"/> returns true. Only what cannot be
/// <em>decoded</em> returns false; the journal then refuses to open with <see cref="JournalDamagedException"/>, and nothing is written.
/// Called on a state that holds nothing yet: at most one <see cref="TryRestore"/>, then <see cref="TryApply"/> in order of versions.
/// </remarks>
public interface IReplay
{
    /// <summary>Takes over the state that <see cref="WriteSnapshot"/> wrote. The memory is the caller's to keep; it never changes.</summary>
    bool TryRestore(ReadOnlyMemory<byte> snapshot);

    /// <summary>Applies one entry. The memory is the caller's to keep; it never changes.</summary>
    bool TryApply(long version, ReadOnlyMemory<byte> entry);

    /// <summary>Writes the state as it is now, which is when every entry up to <see cref="Journal.Version"/> has been applied.</summary>
    void WriteSnapshot(IBufferWriter<byte> to);
}

/// <summary>One entry of a journal's history.</summary>
/// <param name="Version">Its number: 1, 2, 3…</param>
/// <param name="Bytes">What was appended. Shared with other readers; never changed.</param>
public readonly record struct JournalEntry(long Version, ReadOnlyMemory<byte> Bytes);
