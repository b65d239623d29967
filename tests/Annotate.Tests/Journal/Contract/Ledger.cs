using System.Buffers;
using System.Text;
using Annotate.Journals;
using Orleans.Storage;

namespace Annotate.Tests.Journals;

/// <summary>A state that is simply all entries, each one line of text; so whatever a journal loses, repeats or reorders shows.</summary>
public sealed class Ledger : IReplay
{
    public const string Undecodable = "?";

    public List<string> Entries { get; private set; } = [];

    public bool RefusesSnapshots { get; init; }

    public int Snapshots { get; private set; }

    public bool TryRestore(ReadOnlyMemory<byte> snapshot)
    {
        Assert.Empty(Entries);
        if (RefusesSnapshots) return false;
        Entries = [.. Encoding.UTF8.GetString(snapshot.Span).Split('\n', StringSplitOptions.RemoveEmptyEntries)];
        return true;
    }

    public bool TryApply(long version, ReadOnlyMemory<byte> entry)
    {
        Assert.Equal(Entries.Count + 1, version);
        var text = Encoding.UTF8.GetString(entry.Span);
        if (text == Undecodable) return false;
        Entries.Add(text);
        return true;
    }

    public void WriteSnapshot(IBufferWriter<byte> to)
    {
        Snapshots++;
        foreach (var entry in Entries) Encoding.UTF8.GetBytes(entry + "\n", to);
    }
}

/// <summary>One activation: a journal, its state, and the storage as this activation reaches it.</summary>
public sealed class Activation
{
    Activation(FaultyStorage storage, Ledger state, Journal journal) => (Storage, State, Journal) = (storage, state, journal);

    public FaultyStorage Storage { get; }

    public Ledger State { get; }

    public Journal Journal { get; }

    public static async Task<Activation> OpenAsync(IGrainStorage storage, GrainId grain, JournalLimits? limits = null)
    {
        var faulty = storage as FaultyStorage ?? new FaultyStorage(storage);
        var state = new Ledger();
        return new(faulty, state, await Journal.OpenAsync(faulty, grain, JournalContract.Name, state, limits));
    }

    public long Append(string entry)
    {
        var version = Journal.Append(Encoding.UTF8.GetBytes(entry));
        State.Entries.Add(entry);
        Assert.Equal(State.Entries.Count, version);
        return version;
    }

    public Task AppendDurablyAsync(params string[] entries)
    {
        foreach (var entry in entries) Append(entry);
        return Journal.WhenDurableAsync();
    }

    public async Task<List<string>> HistoryAsync(int countMax = 1000, int bytesMax = 1 << 20)
    {
        List<string> history = [];
        while (await Journal.ReadAsync(history.Count, countMax, bytesMax) is { Count: > 0 } page)
        {
            Assert.Equal(Enumerable.Range(history.Count + 1, page.Count).Select(i => (long)i), page.Select(entry => entry.Version));
            history.AddRange(page.Select(entry => Encoding.UTF8.GetString(entry.Bytes.Span)));
        }

        return history;
    }
}
