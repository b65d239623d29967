namespace Annotate.Journals;

/// <summary>
/// The only type that is ever handed to grain storage: bytes that the journal wrote and reads back as they are. What is in them (a ring
/// slot, a chunk, a snapshot, a head) is the journal's business alone, so a storage provider needs no knowledge of any domain type.
/// </summary>
[GenerateSerializer, Immutable, Alias("annotate.journal-record.v1")]
public sealed class JournalRecord
{
    /// <summary>The stored bytes. Empty for a record that does not exist. Nobody may change the array once a write has been asked for.</summary>
    [Id(0)]
    public byte[] Bytes { get; init; } = [];
}
