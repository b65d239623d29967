using Orleans.Storage;

namespace Annotate.Tests.Journals;

public sealed class JournalInMemory : JournalContract
{
    protected override IGrainStorage NewStorage() => new MemoryRecords(leavesTombstones: false);
}

public sealed class JournalInMemoryWithTombstones : JournalContract
{
    protected override IGrainStorage NewStorage() => new MemoryRecords(leavesTombstones: true);
}
