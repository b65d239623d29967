using System.Globalization;

namespace Annotate.Journals;

/// <summary>What is wrong with one record of a journal.</summary>
/// <param name="Record">Its name, such as <c>thread.chunk.000000000003</c>.</param>
/// <param name="What">What is wrong, as the end of a sentence that begins with the record.</param>
public readonly record struct JournalFault(string Record, string What);

/// <summary>
/// Checks one journal from its records alone, all of one moment, without opening it: each record by its own checksum, kind and number, then
/// what they say of each other (README, "Records"): the chunks follow on from the beginning to where the head says, the snapshot that it
/// names is there and stands where its chunks end, and the ring goes on from there without a gap.
/// </summary>
/// <remarks>Records may come in any order. Only their marks are kept, so a journal of any size can be checked.</remarks>
/// <param name="grain">Whose journal it is.</param>
/// <param name="name">The prefix of its records' names.</param>
/// <param name="canRead">Whether an entry can be decoded; taken as given when missing.</param>
public sealed class JournalCheck(GrainId grain, string name, Func<ReadOnlyMemory<byte>, bool>? canRead = null)
{
    const int Slots = JournalLimits.TailSlots;

    readonly long _seed = RecordCodec.Seed(grain, name);
    readonly List<JournalFault> _faults = [];
    readonly HashSet<string> _damaged = [];
    readonly Dictionary<long, (Mark Before, Mark After)> _chunks = [];
    readonly Dictionary<long, (long Chunks, Mark At)> _snapshots = [];
    readonly (Mark Before, Mark After)?[] _slots = new (Mark, Mark)?[Slots];
    HeadRecord? _head;

    /// <summary>Takes a record of the journal.</summary>
    /// <param name="record">Its whole name.</param>
    /// <param name="bytes">What is stored; none where a storage keeps the place of a record that was cleared.</param>
    public void Take(string record, byte[] bytes)
    {
        var (kind, number) = Split(record);
        var isCleared = bytes.Length == 0 && kind == "snapshot";
        if (!isCleared && !TryTake(kind, number, bytes)) Damage(record, "is not as it was written");
    }

    /// <summary>Takes a record that is there but cannot be read.</summary>
    public void TakeDamaged(string record, string what) => Damage(record, what);

    /// <summary>Compares the records with each other.</summary>
    /// <returns>Everything that was found wrong; empty when the journal is whole.</returns>
    public IReadOnlyList<JournalFault> Finish()
    {
        if (!_damaged.Contains(HeadName))
        {
            var head = _head ?? HeadRecord.None;
            CheckChunks(head);
            CheckSnapshot(head);
            CheckRing(head.Folded);
        }

        return _faults;
    }

    string HeadName => $"{name}.head";

    (string Kind, long Number) Split(string record)
    {
        if (record == HeadName) return ("head", 0);
        var parts = record.Split('.');
        var isNumbered = parts.Length == 3 && long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out _);
        return isNumbered ? (parts[1], long.Parse(parts[2], CultureInfo.InvariantCulture)) : ("", 0);
    }

    bool TryTake(string kind, long number, byte[] bytes)
    {
        switch (kind)
        {
            case "head":
                return (_head = HeadRecord.TryRead(bytes, _seed)) is not null;
            case "chunk" when ChunkRecord.TryRead(bytes, number, _seed) is { } chunk:
                _chunks[number] = (chunk.Before, chunk.After);
                return AreReadable(chunk);
            case "snapshot" when SnapshotRecord.TryRead(bytes, _seed) is { } snapshot && snapshot.At.Segment == number:
                _snapshots[number] = (snapshot.Chunks, snapshot.At);
                return true;
            case "tail" when TailRecord.TryRead(bytes, _seed) is { } segment && segment.After.Segment % Slots == number:
                _slots[number] = (segment.Before, segment.After);
                return AreReadable(segment);
            default:
                return false;
        }
    }

    bool AreReadable(Run run)
    {
        if (canRead is null) return true;
        var body = run.Body;
        for (var left = run.Count; left > 0; left--)
            if (!canRead(Entries.Take(ref body))) return false;
        return true;
    }

    void CheckChunks(HeadRecord head)
    {
        // Null after a chunk that cannot be read: the next one cannot be compared with it.
        Mark? mark = default(Mark);
        for (var number = 0L; number < head.Chunks; number++)
        {
            var record = ChunkName(number);
            var isThere = _chunks.TryGetValue(number, out var chunk);
            if (!isThere && !_damaged.Contains(record)) Damage(record, "is missing, and the head counts it");
            else if (isThere && mark is { } end && chunk.Before != end) Damage(record, "does not follow on the one before it");
            mark = isThere ? chunk.After : null;
        }

        if (mark is { } last && last != head.Folded) Damage(HeadName, $"says that the chunks reach segment {head.Folded.Segment}; they end at {last.Segment}");
    }

    void CheckSnapshot(HeadRecord head)
    {
        if (head.Snapshot == 0) return;
        var record = $"{name}.snapshot.{head.Snapshot:000000000000}";
        if (_damaged.Contains(record)) return;
        if (!_snapshots.TryGetValue(head.Snapshot, out var snapshot)) Damage(record, "is missing, and the head names it");
        else if (snapshot.Chunks > head.Chunks) Damage(record, "covers more chunks than there are");
        else if (_chunks.TryGetValue(snapshot.Chunks - 1, out var last) && last.After != snapshot.At) Damage(record, "does not stand where its chunks end");
    }

    // As loading does, but to the end of the ring: what the next segments will be written over must fit, too.
    void CheckRing(Mark mark)
    {
        var hasEnded = false;
        for (var segment = mark.Segment + 1; segment <= mark.Segment + Slots; segment++)
        {
            var record = TailName(segment % Slots);
            if (_damaged.Contains(record)) return;
            var slot = _slots[segment % Slots];
            if (!hasEnded && slot?.Before == mark) mark = slot.Value.After;
            else if (IsRoundBefore(slot?.After, segment)) hasEnded = true;
            else Damage(record, $"does not follow on segment {mark.Segment}");
        }
    }

    static bool IsRoundBefore(Mark? after, long segment) => after is { } mark ? mark.Segment == segment - Slots : segment <= Slots;

    string ChunkName(long number) => $"{name}.chunk.{number:000000000000}";

    string TailName(long slot) => $"{name}.tail.{slot:00}";

    void Damage(string record, string what)
    {
        // Once is enough: what follows from it would only hide it.
        if (_damaged.Add(record)) _faults.Add(new JournalFault(record, what));
    }
}
