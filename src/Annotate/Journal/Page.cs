namespace Annotate.Journals;

/// <summary>A reader's page of history while it is filled.</summary>
sealed class Page(long after, int countMax, int bytesMax)
{
    readonly List<JournalEntry> _entries = [];
    long _bytes;

    public IReadOnlyList<JournalEntry> Entries => _entries;

    public long Next { get; private set; } = after + 1;

    public bool IsFull { get; private set; }

    /// <summary>Takes what fits from a run that holds <see cref="Next"/>.</summary>
    public void Take(Run run)
    {
        var body = run.Body;
        for (var version = run.Before.Version + 1; version <= run.After.Version && !IsFull; version++)
        {
            var entry = Journals.Entries.Take(ref body);
            if (version == Next) Add(entry);
        }
    }

    void Add(ReadOnlyMemory<byte> entry)
    {
        _bytes += entry.Length;
        IsFull = _entries.Count == countMax || (_entries.Count > 0 && _bytes > bytesMax);
        if (IsFull) return;
        _entries.Add(new(Next++, entry));
    }
}
